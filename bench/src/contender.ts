import type { Usage } from './server-process.js';
import type { AppSize, WorkloadName } from './workloads.js';

/**
 * A server that takes part: the default export of one file in `contenders/`, whose file name is its name.
 *
 * The file is loaded in two processes: in the main one for what it says of itself, and in the contender's own
 * for `start`.
 */
export interface Contender {
  /** What the report calls it. */
  readonly title: string;
  /** What it can be asked. All of them must give the right answers: `pnpm bench --verify` asks. */
  readonly workloads: readonly WorkloadName[];
  /** Where the application that is measured answers: `''`, or `/shop`. */
  readonly basePath: '' | `/${string}`;
  /** Another application in the same process: asked too while warming up, as shared code would be in life. */
  readonly otherBasePath?: '' | `/${string}`;
  /** Other contenders, which its figures are divided by. */
  readonly against?: readonly string[];
  /** It ought to cost the same as what it is compared with: how far it is off is the noise of this run. */
  readonly isNullTest?: boolean;
  /** Listens on a free port of the loopback address with applications of this size, and returns the port. */
  start(size: AppSize): Promise<number>;
  /** What processes behind this one have used, where it has some. */
  usageBehind?(): Promise<Usage>;
}
