/** Every setting of `viaduct serve` and `viaduct dev`. Each is described in `options.ts`. */
export interface Settings {
  readonly bind: string;
  readonly workers: number;
  readonly socketMode: number;
  readonly pidFile: string | undefined;
  readonly gracefulTimeoutMs: number;
  readonly startTimeoutMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly maxRequests: number;
  readonly maxRequestsJitter: number;
  readonly maxMemoryBytes: number;
  readonly maxCrashes: number;
  readonly warmUp: readonly string[];
  readonly readinessPath: string | undefined;
  readonly livenessPath: string | undefined;
  readonly readinessDelayMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly maxTargetBytes: number;
  readonly maxHeaderBytes: number;
  readonly maxHeaders: number;
  readonly maxBodyBytes: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly handlerTimeoutMs: number;
  readonly maxRequestsPerConnection: number;
  readonly maxConnections: number;
  readonly maxInFlight: number;
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly http2: boolean;
  readonly trustProxy: readonly string[];
  readonly accessLog: 'json' | 'combined' | 'off';
  readonly accessLogFile: string | undefined;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  readonly requestIdHeader: string | undefined;
  readonly metrics: string | undefined;
}
