interface Test {
  readonly name: string;
  readonly run: () => unknown;
}

/** The two functions of every test runner, in so few lines that they run wherever JavaScript does. */
export class Runner {
  readonly #tests: Test[] = [];
  #place = '';

  readonly describe = (name: string, body: () => void): void => {
    const outer = this.#place;
    this.#place = `${outer}${name} › `;
    body();
    this.#place = outer;
  };

  readonly it = (name: string, run: () => unknown): void => {
    this.#tests.push({ name: this.#place + name, run });
  };

  /** Runs one after the other, prints each failure and a count, and gives the number of failures. */
  async run(): Promise<number> {
    let failed = 0;
    for (const { name, run } of this.#tests) {
      try {
        await run();
      } catch (error) {
        failed += 1;
        console.log(`not ok ${name}\n  ${String(error instanceof Error ? error.stack : error)}`);
      }
    }
    console.log(`${this.#tests.length - failed} passed, ${failed} failed`);
    return failed;
  }
}
