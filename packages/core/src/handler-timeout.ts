import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { abandon } from './abandon.js';
import { nodeContextOf } from './context.js';
import { ViaductError } from './errors.js';
import { POINT, type RecordedRequest } from './request-record.js';

/** The answer that is waited for on a connection, and since when. */
interface Wait {
  response: ServerResponse | undefined;
  since: number;
}

type AnsweringSocket = Socket & { readonly _httpMessage?: ServerResponse | null };

const LONGEST_TICK_MS = 1_000;
const SHORTEST_TICK_MS = 10;

/**
 * One timer looks at all connections from time to time: a request costs nothing but the question whether its
 * connection is known. A limit therefore holds to within half of it, and two seconds at the most.
 */
const connections = new Map<Socket, Wait>();
/** Of HTTP/2, where a connection has many answers under way. */
const streams = new Map<ServerResponse, Wait>();
let timer: ReturnType<typeof setInterval> | undefined;
let tickMs = Infinity;

/**
 * Lets a request that its application does not answer in time be answered with 504.
 *
 * The limit is that of the place where the request has arrived by then. Time runs while the body has come
 * whole and the head is not sent: uploads are limited by `requestTimeoutMs`, and downloads last as they last.
 */
export function watchHandler(request: RecordedRequest, response: ServerResponse, limitMs: number): void {
  if (limitMs === Infinity) return;
  if (request.httpVersionMajor < 2) {
    if (connections.has(request.socket)) return;
    watchConnection(request.socket);
  } else if (!streams.has(response)) {
    watchStream(response);
  }
  keepTicking(limitMs);
}

function watchConnection(socket: Socket): void {
  connections.set(socket, { response: undefined, since: 0 });
  // One for all: a closure of its own, and `once`, would cost each idle connection several hundred bytes.
  socket.on('close', forget);
}

function forget(this: Socket): void {
  connections.delete(this);
}

function watchStream(response: ServerResponse): void {
  streams.set(response, { response, since: Date.now() });
  response.once('close', () => streams.delete(response));
}

function keepTicking(limitMs: number): void {
  const wanted = Math.min(LONGEST_TICK_MS, Math.max(SHORTEST_TICK_MS, limitMs / 4));
  if (timer !== undefined && wanted >= tickMs) return;
  clearInterval(timer);
  tickMs = wanted;
  timer = setInterval(tick, tickMs);
  (timer as { unref?: () => void }).unref?.();
}

function tick(): void {
  const now = Date.now();
  for (const [socket, wait] of connections)
    look((socket as AnsweringSocket)._httpMessage ?? undefined, wait, now);
  for (const [response, wait] of streams) look(response, wait, now);
  if (connections.size + streams.size > 0) return;
  clearInterval(timer);
  timer = undefined;
  tickMs = Infinity;
}

function look(response: ServerResponse | undefined, wait: Wait, now: number): void {
  if (response === undefined || response !== wait.response) {
    wait.response = response;
    wait.since = now;
    return;
  }
  const request: RecordedRequest = response.req;
  if (!request.complete) wait.since = now;
  const limitMs = request[POINT]?.handlerTimeoutMs ?? Infinity;
  if (response.headersSent || now - wait.since < limitMs) return;
  const context = nodeContextOf(request);
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
