import type { EndedExchange } from '@viaduct/core/internal';
import { requestIdOf, userOf } from './state.js';

/** What a JSON line of the access log holds, besides pino's `level`, `time` and `name`. What is not known is left out. */
export interface AccessFields {
  readonly method: string;
  /** As it came on the wire, query and all. */
  readonly target: string;
  readonly host: string | undefined;
  /** Protocol version: `1.1`. */
  readonly httpVersion: string | undefined;
  readonly status: number | undefined;
  /** Bytes of the body that were sent. */
  readonly bytes: number | undefined;
  readonly durationMs: number;
  /** The keys of the mounts on the way, outermost first. */
  readonly mounts: readonly string[];
  readonly application: string | undefined;
  readonly user: string | undefined;
  readonly clientAddress: string | undefined;
  readonly requestId: string | undefined;
  readonly outcome: 'completed' | 'aborted' | 'failed';
}

export function fieldsOf(exchange: EndedExchange): AccessFields {
  const { method, target, host, httpVersion, status, bodyBytes, application, clientAddress, state } =
    exchange;
  return {
    method,
    target,
    host,
    httpVersion,
    status,
    bytes: bodyBytes,
    // To the microsecond: more digits are noise.
    durationMs: Math.round(exchange.durationMs * 1_000) / 1_000,
    mounts: keysOf(exchange),
    application,
    user: userOf(state),
    clientAddress,
    requestId: requestIdOf(state),
    outcome: exchange.kind,
  };
}

/** The keys of the mounts on the way, outermost first. */
export function keysOf({ mounts }: EndedExchange): string[] {
  return mounts.map((mount) => mount.key);
}
