/** How `viaduct serve` runs an application. */
export interface RunnerSettings {
  /** `127.0.0.1:3000`, `[::]:3000`, `:3000`, `unix:/run/app.sock`, or `fd://3`, a socket that listens already. */
  readonly bind: string;
  /** Worker processes. 0: none, the application runs in this process and nobody watches it. */
  readonly workers: number;
  /** Permissions of a Unix socket, such as `0o660`. */
  readonly socketMode: number;
  /** How long requests under way are waited for when a worker stops. */
  readonly gracefulTimeoutMs: number;
  /** How long a worker may take until its application has started. */
  readonly startTimeoutMs: number;
  /** A worker whose event loop does not turn for this long is killed. 0: never. */
  readonly heartbeatTimeoutMs: number;
  /** A worker is replaced after this many requests. 0: never. */
  readonly maxRequests: number;
  /** Up to this many more requests, drawn for each worker, so that they do not all retire at once. */
  readonly maxRequestsJitter: number;
  /** A worker that holds more resident memory is replaced. 0: never. */
  readonly maxMemoryBytes: number;
  /** After this many workers in a row that died young, with none left that serves, the primary gives up. */
  readonly maxCrashes: number;
  readonly warmUp: readonly string[];
  /** Answered 200 while the server takes requests, 503 when it is about to stop. */
  readonly readinessPath: string | undefined;
  /** Answered 200 for as long as the event loop turns. */
  readonly livenessPath: string | undefined;
  /** How long the server still takes connections after its readiness has turned 503. */
  readonly readinessDelayMs: number;
  readonly pidFile: string | undefined;
}
