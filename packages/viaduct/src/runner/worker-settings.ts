/** What a worker needs to know. It travels to the worker as JSON. */
export interface WorkerSettings {
  /** Which application: `application.ts#application`, as on the command line. */
  readonly module: string | undefined;
  /** Reports this often that the event loop turns. 0: never. */
  readonly heartbeatIntervalMs: number;
  /** How long a worker whose primary has died goes on with the requests under way. */
  readonly gracefulTimeoutMs: number;
  /** Asks to be replaced after this many requests. 0: never. */
  readonly maxRequests: number;
  /** Asks to be replaced when it holds more memory than this. 0: never. */
  readonly maxMemoryBytes: number;
  /** Targets that the application must answer before the worker takes connections. */
  readonly warmUp: readonly string[];
  readonly readinessPath: string | undefined;
  readonly livenessPath: string | undefined;
}
