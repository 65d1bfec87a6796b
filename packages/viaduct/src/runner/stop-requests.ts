import type { SignalActions } from './signals.js';

type StopKind = Parameters<SignalActions['stop']>[0];

/** What a process has been told about stopping since its first moment, for whoever can act upon it by then. */
export class StopRequests {
  readonly #kinds: StopKind[] = [];
  #listener: (kind: StopKind) => void = () => undefined;

  get isEmpty(): boolean {
    return this.#kinds.length === 0;
  }

  add(kind: StopKind): void {
    this.#kinds.push(kind);
    this.#listener(kind);
  }

  /** Takes the place of whoever has listened before, and hears again what has been said. */
  hear(listener: (kind: StopKind) => void): void {
    this.#listener = listener;
    for (const kind of this.#kinds) listener(kind);
  }

  /** Resolves when nobody waits any longer for what has not begun: after a time, or at once when it is said twice. */
  async expired(timeoutMs: number): Promise<undefined> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.hear((kind) => {
        if (kind === 'quick' || timer !== undefined) resolve();
        else timer = setTimeout(resolve, timeoutMs);
      });
    });
    clearTimeout(timer);
  }
}
