/** One request and the only right answer to it. */
export interface Question {
  readonly path: string;
  readonly status: number;
  readonly body: string;
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
  /** The contender whose CPU time per request this one's is divided by. */
  readonly against?: string;
  /** The largest ratio that meets the goal. */
  readonly goal?: number;
  /** It ought to cost the same as what it is compared with: how far it is off is the noise of this run. */
  readonly isNullTest?: boolean;
  /** Listens on a free port of the loopback address, and returns the port. */
  start(): Promise<number>;
}
