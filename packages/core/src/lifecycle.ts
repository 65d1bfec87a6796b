import type { Application } from './application.js';
import type { Boot } from './boot.js';
import { describeThrown, ViaductError } from './errors.js';
import { Member, type MemberOptions } from './member.js';
import { Recovery } from './recovery.js';
import { inTime } from './start-error.js';

export interface LifecycleOptions {
  /** How long each start may take; `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** `true`: an application that does not start keeps none of the others from it, and is started again. Default `false`. */
  readonly isolates?: boolean;
}

/** Applications that start and stop together. */
export class Lifecycle {
  readonly #members: readonly Member[];
  readonly #timeoutMs: number;
  readonly #recovery: Recovery | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #end = new AbortController();
  #boot: Boot | undefined;

  constructor(members: readonly MemberOptions[], { timeoutMs, isolates = false }: LifecycleOptions) {
    this.#members = members.map((member) => new Member(member));
    this.#timeoutMs = timeoutMs;
    this.#recovery = isolates ? new Recovery(timeoutMs) : undefined;
  }

  /** Whether all of them have started, and nobody has begun to stop them. */
  get isRunning(): boolean {
    return this.#starting !== undefined && this.#members.every(({ status }) => status === 'running');
  }

  /**
   * Starts them in order, each awaited. When one fails, those already started are stopped in reverse; isolated,
   * it is reported instead. Called again, it does nothing until they have been stopped.
   *
   * @throws {ViaductError} `VIADUCT_E_START` with the cause, or `VIADUCT_E_START_TIMEOUT`; both name the place.
   */
  start(boot: Boot): Promise<void> {
    if (this.#starting !== undefined) return this.#starting;
    this.#boot = boot;
    this.#end = new AbortController();
    const starting = this.#startEach(boot, this.#end.signal).catch((error: unknown) => {
      if (this.#starting === starting) this.#starting = undefined;
      throw error;
    });
    this.#starting = starting;
    return starting;
  }

  /**
   * Stops them in reverse order. One that fails does not keep the others from stopping, and one that is still
   * starting is not waited for: it is stopped when its start is done. Whoever starts them meanwhile waits for that.
   *
   * @param settled What they are needed for until then: the work that requests have left behind.
   * @throws {ViaductError} `VIADUCT_E_STOP` when any failed; `cause` is what it threw, or an `AggregateError`.
   */
  stop(settled: () => Promise<void> = nothing): Promise<void> {
    const starting = this.#starting;
    if (starting === undefined) return this.#stopping ?? settled();
    this.#starting = undefined;
    this.#end.abort(new ViaductError('VIADUCT_E_START', 'stopped before everything had started'));
    const stopping = this.#stopStarted(starting, settled).finally(() => {
      if (this.#stopping === stopping) this.#stopping = undefined;
    });
    this.#stopping = stopping;
    return stopping;
  }

  /** When the application is started again, in milliseconds since the epoch; `undefined` when no start is planned. */
  retryAt(application: Application): number | undefined {
    const member = this.#members.find((each) => each.application === application);
    return member === undefined ? undefined : this.#recovery?.retryAt(member);
  }

  async #startEach(boot: Boot, signal: AbortSignal): Promise<void> {
    // Whether that succeeds is told to those who asked for it.
    await this.#stopping?.catch(ignore);
    try {
      for (const member of this.#members) {
        signal.throwIfAborted();
        await this.#startOne(member, boot, signal);
      }
      signal.throwIfAborted();
    } catch (error) {
      throw withFailures(error as ViaductError, await this.#stopEach());
    }
  }

  #startOne(member: Member, boot: Boot, signal: AbortSignal): Promise<void> {
    if (this.#recovery !== undefined) return this.#recovery.start(member, boot, signal);
    const started = member.start(boot);
    // Given up, it may still fail.
    started.catch(ignore);
    return inTime(started, this.#timeoutMs, member, signal);
  }

  async #stopStarted(starting: Promise<void>, settled: () => Promise<void>): Promise<void> {
    const hasStarted = await starting.then(
      () => true,
      () => false,
    );
    await settled();
    // Where the start has failed, everything has been stopped again.
    if (!hasStarted) return;
    const failures = await this.#stopEach();
    if (failures.length === 0) return;
    const places = failures.map(({ place }) => place).join(', ');
    const errors = failures.map(({ error }) => error);
    const cause = errors.length === 1 ? errors[0] : new AggregateError(errors);
    throw new ViaductError('VIADUCT_E_STOP', `failed to stop: ${places}: ${describeThrown(cause)}`, {
      cause,
    });
  }

  async #stopEach(): Promise<StopFailure[]> {
    this.#recovery?.end();
    const failures: StopFailure[] = [];
    for (const member of this.#members.toReversed()) {
      const { place, status } = member;
      const stopped = member.stop();
      if (status === 'starting') stopped.catch((error: unknown) => this.#reportLateStop(error, member));
      else await stopped.catch((error: unknown) => failures.push({ place, error }));
    }
    return failures;
  }

  /** Of an application that nobody waits for any more. */
  #reportLateStop(error: unknown, member: Member): void {
    const message = `failed to stop: ${member.place}: ${describeThrown(error)}`;
    this.#boot?.report(new ViaductError('VIADUCT_E_STOP', message, { cause: error }), {
      application: member.application,
      mounts: member.mountsBelow(this.#boot.mounts),
    });
  }
}

interface StopFailure {
  readonly place: string;
  readonly error: unknown;
}

/** The error of a start, with what failed besides while it was undone. */
function withFailures(error: ViaductError, failures: readonly StopFailure[]): ViaductError {
  if (failures.length === 0) return error;
  const also = failures.map(
    ({ place, error: cause }) => ` While stopping again, ${place} failed: ${describeThrown(cause)}.`,
  );
  return new ViaductError(error.code, error.message + also.join(''), { cause: error.cause });
}

async function nothing(): Promise<void> {}

function ignore(): void {}
