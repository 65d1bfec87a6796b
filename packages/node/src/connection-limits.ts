import type { ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import { checkLimits } from '@viaduct/core/internal';
import { makeLast } from './last-answer.js';
import type { RequestListener } from './to-node.js';

/** Limits of connections and heads, which Node applies before a request is there. `Infinity` switches one off. */
export interface ConnectionLimits {
  /** Larger heads, names and values together, are answered with 431. Default 16,384. */
  readonly maxHeaderBytes?: number;
  /** A head that is not whole after this time is answered with 408. Default 20,000. */
  readonly headersTimeoutMs?: number;
  /** A request that is not whole after this time, its body included, is answered with 408. Default 300,000. */
  readonly requestTimeoutMs?: number;
  /**
   * How long an idle connection is kept for the next request. Default 72,000: longer than load balancers
   * keep theirs (60 s is common), so that they never send into a connection that is just closing.
   */
  readonly keepAliveTimeoutMs?: number;
  /** Requests on one connection of HTTP/1.1: the last is answered with `Connection: close`. Default: no limit. */
  readonly maxRequestsPerConnection?: number;
  /** Connections at a time: further ones are closed at once, without an answer. Default: no limit. */
  readonly maxConnections?: number;
}

/** What holds where nothing is written. */
export const CONNECTION_LIMITS: Required<ConnectionLimits> = {
  maxHeaderBytes: 16_384,
  // Node waits for 60 s: a head is sent in one go, and who takes longer than this holds a connection for nothing.
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 300_000,
  keepAliveTimeoutMs: 72_000,
  maxRequestsPerConnection: Infinity,
  maxConnections: Infinity,
};

/** How often Node looks for heads and requests that take too long; its own 30 s would make 50 s of 20. */
const CHECKING_INTERVAL_MS = 1_000;

/** @throws {ViaductTypeError} `VIADUCT_E_OPTION`, saying what to write. */
export function checkConnectionLimits(options: ConnectionLimits, place: string): Required<ConnectionLimits> {
  const limits = { ...CONNECTION_LIMITS };
  for (const name of Object.keys(limits) as (keyof ConnectionLimits)[]) {
    const value = options[name];
    checkLimits({ [name]: value }, place);
    if (value !== undefined) limits[name] = value;
  }
  return limits;
}

/** The limits as Node's `createServer` takes them: 0 is none, but for the size of a head. */
export function toServerOptions(limits: Required<ConnectionLimits>): ServerOptions {
  const requestTimeout = finite(limits.requestTimeoutMs);
  const headersTimeout = finite(limits.headersTimeoutMs);
  const shortest = Math.min(limits.requestTimeoutMs, limits.headersTimeoutMs);
  return {
    maxHeaderSize: Math.min(limits.maxHeaderBytes, 0x7f_ff_ff_ff),
    // Node refuses a head that may take longer than its whole request.
    headersTimeout:
      requestTimeout > 0 ? Math.min(headersTimeout || requestTimeout, requestTimeout) : headersTimeout,
    requestTimeout,
    keepAliveTimeout: finite(limits.keepAliveTimeoutMs),
    connectionsCheckingInterval: Math.min(CHECKING_INTERVAL_MS, Math.max(50, shortest / 4)),
  };
}

/**
 * Holds connections to their requests: the last that one may have is answered with `Connection: close`, and what was
 * pipelined behind it is not run (RFC 9112 §9.6).
 *
 * Node's `maxRequestsPerSocket` says so too, and then leaves the connection open.
 */
export function limitRequests(listener: RequestListener, most: number): RequestListener {
  if (most === Infinity) return listener;
  const counts = new WeakMap<Socket, number>();
  return function limited(request, response) {
    // Over HTTP/2, a connection carries requests side by side, and no answer is its last.
    if (request.httpVersionMajor >= 2) return listener(request, response);
    const { socket } = request;
    const count = (counts.get(socket) ?? 0) + 1;
    counts.set(socket, count);
    if (count > most) return;
    if (count === most) makeLast(response);
    listener(request, response);
  };
}

function finite(limit: number): number {
  return limit === Infinity ? 0 : limit;
}
