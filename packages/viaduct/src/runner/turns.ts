/** Lets one thing happen after the other: a worker is never replaced while another one is. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Runs the task when all those before it have ended. The task must not throw. */
  take(task: () => Promise<void> | void): Promise<void> {
    this.#last = this.#last.then(task);
    return this.#last;
  }
}
