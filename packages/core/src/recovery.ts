import type { Boot } from './boot.js';
import { describeThrown, ViaductError } from './errors.js';
import type { Member } from './member.js';
import { inTime, isFinal, isTimeout } from './start-error.js';

/** After the first failure, a second; twice as long after each further one, up to a minute. */
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;

/** Starts members that may fail each for itself, and starts again in the background those that did. */
export class Recovery {
  readonly #timeoutMs: number;
  readonly #retries = new Map<
    Member,
    { readonly timer: ReturnType<typeof setTimeout>; readonly at: number }
  >();

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Resolves when the member runs, has failed, or has not started in time; goes on in the background then.
   *
   * A start that is late is not given up: its member runs as soon as it is done.
   */
  async start(member: Member, boot: Boot, signal: AbortSignal, attempt = 1): Promise<void> {
    const started = member.start(boot);
    try {
      await inTime(started, this.#timeoutMs, member, signal);
    } catch (error) {
      if (!isTimeout(error)) return this.#failed(member, boot, signal, attempt, error);
      this.#report(member, boot, error, `${describeThrown(error)} Until it has, it answers 503.`);
      started.catch((failure: unknown) => this.#failed(member, boot, signal, attempt, failure));
    }
  }

  /** When the member is started again, in milliseconds since the epoch; `undefined` when no start is planned. */
  retryAt(member: Member): number | undefined {
    return this.#retries.get(member)?.at;
  }

  /** Plans no start any more. */
  end(): void {
    for (const { timer } of this.#retries.values()) clearTimeout(timer);
    this.#retries.clear();
  }

  #failed(member: Member, boot: Boot, signal: AbortSignal, attempt: number, error: unknown): void {
    if (signal.aborted) return;
    const message = `${describeThrown(error).replace(/\.$/, '')}. It answers 503`;
    if (isFinal(error)) {
      this.#report(member, boot, error, `${message}, for good: it cannot be started again.`);
      return;
    }
    const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), LONGEST_DELAY_MS);
    const timer = setTimeout(() => {
      this.#retries.delete(member);
      void this.start(member, boot, signal, attempt + 1);
    }, delayMs);
    // A program that is done need not wait for this.
    (timer as { unref?: () => void }).unref?.();
    this.#retries.set(member, { timer, at: Date.now() + delayMs });
    this.#report(
      member,
      boot,
      error,
      `${message}, and is started again in ${delayMs / 1000} s (attempt ${attempt}).`,
    );
  }

  #report(member: Member, boot: Boot, error: unknown, message: string): void {
    const code = isTimeout(error) ? 'VIADUCT_E_START_TIMEOUT' : 'VIADUCT_E_START';
    boot.report(new ViaductError(code, message, { cause: (error as { cause?: unknown }).cause }), {
      application: member.application,
      mounts: member.mountsBelow(boot.mounts),
    });
  }
}
