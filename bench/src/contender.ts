/** One request and the only right answer to it. */
export interface Question {
  readonly path: string;
  readonly status: number;
  readonly body: string;
}

/** Another contender, for comparison. */
export interface Baseline {
  readonly name: string;
  /** The largest ratio that meets the goal, if there is one. */
  readonly goal?: number;
}

/**
 * A server that takes part: the default export of one file in `contenders/`, whose file name is its name.
 *
 * The file is loaded in two processes: in the main one for what it says of itself, and in the contender's own
 * for `start`.
 */
export interface Contender {
  /** What the report calls it. */
  readonly title: string;
  /** What is asked in the measured rounds. */
  readonly question: Question;
  /** Also asked while warming up, so that shared code has seen every kind of request that it would see in life. */
  readonly alsoAsked?: readonly Question[];
  /** What its CPU time per request is divided by. */
  readonly against?: readonly Baseline[];
  /** It ought to cost the same as what it is compared with: how far it is off is the noise of this run. */
  readonly isNullTest?: boolean;
  /** Listens on a free port of the loopback address, and returns the port. */
  start(): Promise<number>;
}
