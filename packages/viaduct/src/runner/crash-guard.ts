/** A worker that served for this long did not die of its start. */
export const YOUNG_MS = 1_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Keeps a broken application from being started over and over as fast as the machine can.
 *
 * Counts workers that died young, one after another. A worker that is killed after it had served for a while
 * counts for nothing, so that the guard never delays the replacement of a healthy one.
 */
export class CrashGuard {
  maxCrashes: number;
  #streak = 0;

  constructor(maxCrashes: number) {
    this.maxCrashes = maxCrashes;
  }

  /** @param servedMs How long it had served; 0 when it never got ready. */
  died(servedMs: number): void {
    this.#streak = servedMs >= YOUNG_MS ? 0 : this.#streak + 1;
  }

  /** An operator has stepped in, or a replacement came up well: begin anew. */
  reset(): void {
    this.#streak = 0;
  }

  /** Too many in a row. */
  get isExhausted(): boolean {
    return this.#streak >= this.maxCrashes;
  }

  /** How long to wait before the next attempt: none after the first death, then twice as long each time. */
  get pauseMs(): number {
    if (this.#streak <= 1) return 0;
    return Math.min(FIRST_PAUSE_MS * 2 ** (this.#streak - 2), LONGEST_PAUSE_MS);
  }
}
