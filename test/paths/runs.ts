/** How many targets each property is tried with. */
export const RUNS: number = Number(process.env.FUZZ_RUNS ?? 5_000);

/** Another one each time, printed in the name of the test, so that a failure can be had again. */
export const SEED: number = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
