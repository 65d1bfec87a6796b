import type { RequestState } from './exchange.js';
import type { Mount } from './mount-point.js';
import type { Outcome } from './outcome.js';

/** A request and its answer, when all is over. Its members may be read only while the observer is called. */
export interface EndedExchange {
  readonly method: string;
  /** The request target as it came on the wire, whatever it holds. */
  readonly target: string;
  /** The host that was asked for, after trusted proxies had their say; as it came, whatever it holds. */
  readonly host: string | undefined;
  /** `1.1`, `2.0`; `undefined` where the runtime does not tell. */
  readonly httpVersion: string | undefined;
  /** Address of the client, after trusted proxies had their say. */
  readonly clientAddress: string | undefined;
  /** The mounts passed on the way, outermost first. */
  readonly mounts: readonly Mount[];
  /** The name of the innermost application that the request reached. */
  readonly application: string | undefined;
  /** What was answered; `undefined` when the connection was lost before the head went out. */
  readonly status: number | undefined;
  /**
   * Bytes of the body as they were sent, with the framing of chunks: what nginx calls `$body_bytes_sent`. Of an
   * upgraded connection, all that was sent on it. `undefined` where the runtime does not tell.
   */
  readonly bodyBytes: number | undefined;
  readonly durationMs: number;
  readonly kind: Outcome['kind'];
  /** `context.state`; `undefined` when nobody has asked for the context. */
  readonly state: RequestState | undefined;
  /** A header of the request, by its lower-case name. */
  header(name: string): string | undefined;
}
