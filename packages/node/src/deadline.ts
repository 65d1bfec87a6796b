/** The longest that Node's timers can wait: some 24 days. */
const LONGEST_MS = 2_147_483_647;

/**
 * A point in time that whoever is in a hurry may bring forward while others wait for it.
 *
 * It keeps the process alive until it is reached or cleared.
 */
export class Deadline {
  isReached = false;
  /** Resolves at the deadline; never, when that is cleared before. */
  readonly reached: Promise<void>;
  #reach: () => void = () => undefined;
  #endsAt = Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    this.reached = new Promise((resolve) => {
      this.#reach = resolve;
    });
  }

  /** Sets the deadline, or moves it to an earlier time; a later one changes nothing. */
  bringForward(timeoutMs: number): void {
    const endsAt = Date.now() + timeoutMs;
    if (this.isReached || endsAt >= this.#endsAt) return;
    this.#endsAt = endsAt;
    clearTimeout(this.#timer);
    if (timeoutMs === 0) this.#end();
    else this.#timer = setTimeout(() => this.#end(), Math.min(timeoutMs, LONGEST_MS));
  }

  /** Waits for work, at the longest until the deadline. */
  async before(work: Promise<unknown>): Promise<void> {
    await Promise.race([work, this.reached]);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }

  #end(): void {
    this.isReached = true;
    this.#reach();
  }
}
