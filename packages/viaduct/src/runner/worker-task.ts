import type { ProgramSource } from './program.js';

/** What the primary gives a worker to do. It travels as JSON. */
export interface WorkerTask {
  readonly source: ProgramSource;
  /** Reports this often that the event loop turns. */
  readonly heartbeatIntervalMs: number;
  /** Asks to be replaced after this many requests: what was drawn for this worker. 0: never. */
  readonly maxRequests: number;
}
