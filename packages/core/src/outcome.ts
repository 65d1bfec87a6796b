/** How a request ended. */
export interface Outcome {
  /**
   * `completed`: the whole answer was handed to the socket.
   * `aborted`: the client went away before that.
   * `failed`: an application or its body stream failed, and the answer was replaced or cut.
   */
  readonly kind: 'completed' | 'aborted' | 'failed';
  /** The status that was sent, when the head went out. */
  readonly status: number | undefined;
  /** What was thrown, when `kind` is `failed`. */
  readonly error?: unknown;
}

export type FinishedCallback = (outcome: Outcome) => void | Promise<void>;
