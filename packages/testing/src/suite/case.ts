import type { Bench, Snapshot } from './bench.js';

/** One sentence of the contract, and how to see whether it holds. */
export interface Case {
  readonly name: string;
  /** @returns What must be the same on both faces, where there is such a thing. */
  run(bench: Bench): Promise<readonly Snapshot[] | void>;
}
