import type { ServerResponse } from 'node:http';
import { abandon } from './abandon.js';
import { hasBusyConnections, noteRequest, sweepConnections } from './busy-connections.js';
import { nodeContextOf } from './context.js';
import { ViaductError } from './errors.js';
import { outsideRequests } from './outside-requests.js';
import { POINT, type RecordedRequest } from './request-record.js';
import { whenClosed } from './when-closed.js';

const LONGEST_TICK_MS = 1_000;
const SHORTEST_TICK_MS = 10;
/** How often an answer is looked at before its limit is reached. */
const LOOKS = 4;

/**
 * One timer looks at all connections from time to time: a request costs nothing but that its connection is
 * noted. A limit therefore holds to within half of it, and two seconds at the most.
 */
let timer: ReturnType<typeof setInterval> | undefined;
let tickMs = Infinity;
/** Of HTTP/2, where a connection has many answers under way. */
const streams = new Set<ServerResponse>();
/** The answers that were under way at the last look, and since when they are waited for. */
let waits: ReadonlyMap<ServerResponse, number> = new Map();

/**
 * Lets a request that its application does not answer in time be answered with 504, and its connection be known
 * as busy, also where there is no limit.
 *
 * The limit is that of the place where the request has arrived by then. Time runs while the body has come
 * whole and the head is not sent: uploads are limited by `requestTimeoutMs`, and downloads last as they last.
 */
export function watchHandler(request: RecordedRequest, response: ServerResponse, limitMs: number): void {
  if (request.httpVersionMajor < 2) noteRequest(request.socket);
  else if (limitMs === Infinity) return;
  else watchStream(response);
  if (timer === undefined || limitMs < tickMs * LOOKS) keepTicking(limitMs);
}

function watchStream(response: ServerResponse): void {
  if (streams.has(response)) return;
  streams.add(response);
  whenClosed(response, () => streams.delete(response));
}

function keepTicking(limitMs: number): void {
  const wanted = Math.min(LONGEST_TICK_MS, Math.max(SHORTEST_TICK_MS, limitMs / LOOKS));
  if (timer !== undefined && wanted >= tickMs) return;
  clearInterval(timer);
  tickMs = wanted;
  timer = outsideRequests(() => setInterval(tick, tickMs));
  (timer as { unref?: () => void }).unref?.();
}

function tick(): void {
  const now = Date.now();
  const next = new Map<ServerResponse, number>();
  for (const response of sweepConnections()) lookSafely(response, now, next);
  for (const response of streams) lookSafely(response, now, next);
  waits = next;
  if (hasBusyConnections() || streams.size > 0) return;
  clearInterval(timer);
  timer = undefined;
  tickMs = Infinity;
}

/** What an application has made of one response keeps the others from nothing. */
function lookSafely(response: ServerResponse, now: number, next: Map<ServerResponse, number>): void {
  try {
    look(response, now, next);
  } catch (error) {
    (response.req as RecordedRequest)[POINT]?.gateway.report(error);
    response.req.socket.destroy();
  }
}

function look(response: ServerResponse, now: number, next: Map<ServerResponse, number>): void {
  const request: RecordedRequest = response.req;
  const since = request.complete ? (waits.get(response) ?? now) : now;
  next.set(response, since);
  const limitMs = request[POINT]?.handlerTimeoutMs ?? Infinity;
  if (response.headersSent || now - since < limitMs) return;
  const context = nodeContextOf(request);
  // Cut, it may be here once more before its connection has closed.
  if (context.exchange.isAbandoned) return;
  const error = handlerTimeout(limitMs);
  context.point.report(error, context);
  abandon(request, response, 504, error);
}

export function handlerTimeout(limitMs: number): ViaductError {
  return new ViaductError(
    'VIADUCT_E_HANDLER_TIMEOUT',
    `no answer within ${limitMs} ms (handlerTimeoutMs): 504 was answered in its place.`,
  );
}
