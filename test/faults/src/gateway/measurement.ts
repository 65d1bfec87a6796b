/** What the gateway's process knows of itself at one moment, after garbage was collected. */
export interface Measurement {
  readonly heapBytes: number;
  /** Requests that came to the gateway's door. */
  readonly started: number;
  /** Requests whose `onFinished` has run. */
  readonly finished: number;
  /** How often it has run once more than once. */
  readonly finishedAgain: number;
  /** Requests whose client has left, and whose signal was not aborted; 0 where no signal was asked for. */
  readonly unheard: number;
  /** Failures of applications that were told to `onError`. */
  readonly reports: number;
  /** Uncaught exceptions, unhandled rejections and warnings of the process; the first of them in full. */
  readonly processFaults: readonly string[];
  readonly processFaultCount: number;
  readonly connections: number;
  /** Everything that the process holds open, but timers. */
  readonly handles: number;
  /** On the process and on its server. */
  readonly listeners: number;
  /** The most on one connection. */
  readonly listenersPerSocket: number;
}
