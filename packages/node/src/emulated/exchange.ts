import type { IncomingMessage, ServerResponse } from 'node:http';
import { getDefaultHighWaterMark } from 'node:stream';
import { ViaductError } from '@viaduct/core';
import { AnswerBody, type AnswerOwner } from './answer-body.js';
import { HeaderList } from './header-list.js';
import {
  DETACH_SIGNAL,
  type Encoding,
  NEED_DRAIN,
  type OutgoingData,
  type RequestInternals,
  type WriteCallback,
} from './internals.js';
import { RequestBody, type UploadOwner } from './request-body.js';
import { createRequest, type EmulatedRequestHead, type RequestSource, toRawHeaders } from './request.js';
import { createResponse, type EmulatedResponse, type ResponseSink } from './response.js';
import { EmulatedSocket, type SocketOwner } from './socket.js';
import { WholeResponse } from './whole-response.js';

export type { EmulatedRequestHead } from './request.js';

/** What `http.createServer` takes. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** What a caller may add to an exchange. */
export interface EmulateHooks<Head extends EmulatedRequestHead = EmulatedRequestHead> {
  /** Called with the pair before the handler is. */
  prepare?(request: IncomingMessage, response: ServerResponse, head: Head): void;
  /** Told what the handler threw when its answer was already on its way, too late to be another. */
  onLateError?(error: unknown, head: Head): void;
}

/**
 * Runs a native handler for one web request, on an `IncomingMessage` and a `ServerResponse` of its own.
 *
 * Resolves when the head of the answer is known. An answer that was ended in one go becomes a `Response`
 * with that very body, and no stream is made; a longer one is streamed as it is read.
 *
 * @returns Rejects with what the handler threw before it sent a head; with `VIADUCT_E_NO_RESPONSE` when it
 * closed the connection instead, `VIADUCT_E_CLIENT_GONE` when the request was aborted, and
 * `VIADUCT_E_RESPONSE_STATUS` for a status that a `Response` cannot have (1xx and 600–999).
 */
export function emulate<Head extends EmulatedRequestHead>(
  handler: NodeHandler,
  request: Request,
  head: Head,
  hooks?: EmulateHooks<Head>,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const exchange = new Exchange(request, head, hooks as EmulateHooks | undefined, resolve, reject);
    exchange.run(handler);
  });
}

const HIGH_WATER_MARK = getDefaultHighWaterMark(false);
const RESPONSE_OPTIONS = { highWaterMark: HIGH_WATER_MARK };

const NO_HEADERS = new HeaderList(200, '');

/** One request and its answer: owns the pair, and carries word between it and the web side. */
class Exchange implements RequestSource, ResponseSink, SocketOwner, AnswerOwner, UploadOwner {
  readonly #web: Request;
  readonly #head: EmulatedRequestHead;
  readonly #hooks: EmulateHooks | undefined;
  readonly #resolve: (response: Response) => void;
  readonly #reject: (error: unknown) => void;
  readonly #socket: EmulatedSocket;
  readonly #request: IncomingMessage & RequestInternals;
  readonly #response: EmulatedResponse;
  /** `undefined` for a request that has no body. */
  readonly #upload: RequestBody | undefined;
  #headers: HeaderList = NO_HEADERS;
  /** What was written since the head went out, until the answer settles at the end of the tick. */
  #chunks: OutgoingData[] = [];
  #callbacks: WriteCallback[] = [];
  #chunkBytes = 0;
  #body: AnswerBody | undefined;
  /** Whether the head has gone out: a first byte, an end or a flush. */
  #isSending = false;
  /** Whether the promise is settled. */
  #isSettled = false;
  #isFinished = false;
  #isWatching = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(
    web: Request,
    head: EmulatedRequestHead,
    hooks: EmulateHooks | undefined,
    resolve: (response: Response) => void,
    reject: (error: unknown) => void,
  ) {
    this.#web = web;
    this.#head = head;
    this.#hooks = hooks;
    this.#resolve = resolve;
    this.#reject = reject;
    const { method } = head;
    const hasBody = method !== 'GET' && method !== 'HEAD' && web.body !== null;
    this.#socket = new EmulatedSocket(this, head, HIGH_WATER_MARK);
    const request = createRequest(head, toRawHeaders(web, head, hasBody), this.#socket, this);
    this.#request = request as IncomingMessage & RequestInternals;
    this.#response = createResponse(request, this.#socket, this, RESPONSE_OPTIONS);
    this.#upload = hasBody ? new RequestBody(web, request, this) : undefined;
    if (!hasBody) request.complete = true;
  }

  run(handler: NodeHandler): void {
    try {
      this.#hooks?.prepare?.(this.#request, this.#response, this.#head);
      const result = handler(this.#request, this.#response);
      if (isThenable(result)) result.then(undefined, (error: unknown) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
    // Most answers are ready by then, and spare the listener.
    if (!this.#response.finished) process.nextTick(watch, this);
  }

  /** Looks out for the client going away. */
  watch(): void {
    if (this.#response.finished || this.#isFinished) return;
    const { signal } = this.#web;
    if (signal.aborted) return this.handleEvent();
    this.#isWatching = true;
    signal.addEventListener('abort', this);
  }

  /** The request's signal was aborted. */
  handleEvent(): void {
    this.#disconnect(this.#web.signal.reason);
  }

  // The request reads its body.

  read(): void {
    if (this.#upload === undefined) this.#request.push(null);
    else this.#upload.read();
  }

  active(): void {
    this.#socket.refreshTimeout();
  }

  uploadFailed(error: unknown): void {
    this.#disconnect(error);
  }

  // The response writes.

  headStored(headers: HeaderList): void {
    this.#headers = headers;
  }

  write(data: OutgoingData, encoding: Encoding, callback: WriteCallback): boolean {
    this.#socket.refreshTimeout();
    if (this.#body !== undefined) {
      const bytes = toBytes(data, encoding);
      return this.#body.write(bytes, typeof data === 'string', callback) < HIGH_WATER_MARK;
    }
    if (data.length > 0) {
      this.#chunks.push(isUtf8(data, encoding) ? data : toBytes(data, encoding));
      this.#chunkBytes += data.length;
    }
    this.#callbacks.push(callback);
    if (!this.#isSending) {
      this.#isSending = true;
      process.nextTick(settle, this);
    } else if (this.#isSettled) {
      process.nextTick(release, this);
    }
    return this.#chunkBytes < HIGH_WATER_MARK;
  }

  /** The tick in which the head went out is over: either the whole answer is there, or it will be streamed. */
  settle(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    try {
      this.#resolve(this.#answer());
    } catch (error) {
      this.#reject(error);
    }
    if (this.#body === undefined) this.release();
    else this.#stream(this.#body);
  }

  /** Tells the producers that what they wrote has gone out. */
  release(): void {
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    this.#chunks = [];
    this.#chunkBytes = 0;
    this.drained();
    for (const callback of callbacks) callback?.();
  }

  /** Node's own `finish`: the first to hear of it, before the application's listeners. */
  finished(): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#body?.end();
    this.#unwatch();
    this.#socket.setTimeout(0);
    this.#request[DETACH_SIGNAL]?.();
    this.#leaveRequest();
    this.#socket._httpMessage = null;
    (this.#response as { socket: unknown }).socket = null;
    process.nextTick(closeExchange, this.#response, this.#socket);
  }

  // The body of the answer is read.

  pendingChanged(bytes: number): void {
    this.#socket.pendingBytes = bytes;
  }

  drained(): void {
    const response = this.#response;
    if (!response[NEED_DRAIN] || response.finished || response.destroyed) return;
    response[NEED_DRAIN] = false;
    response.emit('drain');
  }

  cancelled(reason: unknown): void {
    this.#disconnect(reason);
  }

  // The connection.

  timedOut(): boolean {
    const { complete } = this.#request;
    const isHeardByRequest = !complete && this.#request.emit('timeout', this.#socket);
    return this.#response.emit('timeout', this.#socket) || isHeardByRequest;
  }

  socketClosed(error: Error | null): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#unwatch();
    const reset = Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    this.#request.destroy(reset);
    closeResponse(this.#response);
    this.#upload?.cancel(reset);
    const failure = this.#failure === undefined ? (error ?? unanswered()) : this.#failure.error;
    if (!this.#isSettled) {
      this.#isSettled = true;
      this.#reject(failure);
    }
    this.#socket._hadError = true;
    this.#body?.fail(failure as Error);
    for (const callback of this.#callbacks) callback?.(reset);
  }

  #disconnect(reason: unknown): void {
    this.#failure ??= { error: clientGone(reason) };
    this.#socket.destroy();
  }

  #fail(error: unknown): void {
    if (this.#isSending || this.#isSettled) this.#hooks?.onLateError?.(error, this.#head);
    if (this.#response.finished || this.#isFinished) return;
    this.#failure = { error };
    if (!this.#isSending && !this.#isSettled) {
      this.#isSettled = true;
      this.#reject(error);
    }
    this.#socket.destroy();
  }

  #unwatch(): void {
    if (this.#isWatching) this.#web.signal.removeEventListener('abort', this);
    this.#isWatching = false;
  }

  #stream(body: AnswerBody): void {
    const chunks = this.#chunks;
    const callbacks = this.#callbacks;
    this.#chunks = [];
    this.#callbacks = [];
    for (const chunk of chunks) body.write(toBytes(chunk, 'utf8'), typeof chunk === 'string', null);
    for (const callback of callbacks) body.write(NOTHING, true, callback);
  }

  /** As on a real connection, what the handler did not read of the request is dropped. */
  #leaveRequest(): void {
    const request = this.#request;
    if (request._consuming || request._readableState.resumeScheduled) return;
    this.#upload?.cancel(undefined);
    if (request._eventsCount === 0) return markClosed(request);
    // A socket would have told of the end at once, and Node 26 relies on it.
    if (this.#upload === undefined) request.push(null);
    request._dump();
  }

  #answer(): Response {
    const { status } = this.#headers;
    if (status < 200 || status > 599) throw unsuitableStatus(status);
    if (!this.#response._hasBody || isNullBodyStatus(status)) return this.#toResponse(null);
    if (this.#response.finished) return this.#toResponse(joined(this.#chunks));
    const body = new AnswerBody(this);
    const response = this.#toResponse(new ReadableStream<Uint8Array>(body, { highWaterMark: 0 }));
    this.#body = body;
    return response;
  }

  #toResponse(body: OutgoingData | ReadableStream<Uint8Array> | null): Response {
    const { status, statusText } = this.#headers;
    const isWhole = DEFERS_STREAMS && isSmall(body);
    const response = isWhole
      ? (new WholeResponse(body, status, statusText) as unknown as Response)
      : new Response(body as NativeBody, { status, statusText });
    const hasTextType = !isWhole && typeof body === 'string';
    this.#headers.applyTo(response.headers, hasTextType, status === 205);
    return response;
  }
}

type NativeBody = ConstructorParameters<typeof Response>[0];

/** Other runtimes look past the class, into a body that is not there. */
const DEFERS_STREAMS = process.versions['bun'] === undefined && process.versions['deno'] === undefined;

/** Above this, the copy that a deferred body needs costs more than the stream. */
const DEFERRED_BYTES = 64 * 1024;

function isSmall(body: OutgoingData | ReadableStream<Uint8Array> | null): body is OutgoingData {
  if (typeof body === 'string') return true;
  return body instanceof Uint8Array && body.byteLength <= DEFERRED_BYTES;
}

const NOTHING = new Uint8Array(0);

function watch(exchange: Exchange): void {
  exchange.watch();
}

function settle(exchange: Exchange): void {
  exchange.settle();
}

function release(exchange: Exchange): void {
  exchange.release();
}

function closeExchange(response: EmulatedResponse, socket: EmulatedSocket): void {
  closeResponse(response);
  // No further request will come. Whoever waits for that, to clear a timer or so, must not wait for ever.
  if (socket.listenerCount('close') > 0) socket.destroy();
}

/** What Node's server does after `finish`, and when a connection closes. */
function closeResponse(response: EmulatedResponse): void {
  if (response._closed) return;
  response.destroyed = true;
  response._closed = true;
  response.emit('close');
}

/** Node would read the rest and emit `end` and `close`; with nobody to hear them, their traces are enough. */
function markClosed(request: IncomingMessage & RequestInternals): void {
  const state = request._readableState;
  request.complete = true;
  request._dumped = true;
  state.ended = true;
  state.endEmitted = true;
  state.destroyed = true;
  state.closed = true;
  state.closeEmitted = true;
}

/** A `Response` of these refuses any body, even an empty one. */
function isNullBodyStatus(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}

function isUtf8(data: OutgoingData, encoding: Encoding): boolean {
  if (typeof data !== 'string' || encoding === undefined || encoding === null) return true;
  return encoding === 'utf8' || encoding === 'utf-8';
}

function toBytes(data: OutgoingData, encoding: Encoding): Uint8Array {
  return typeof data === 'string' ? Buffer.from(data, encoding ?? 'utf8') : data;
}

function joined(chunks: readonly OutgoingData[]): OutgoingData | null {
  const first = chunks[0];
  if (first === undefined) return null;
  if (chunks.length === 1) return first;
  if (chunks.every((chunk) => typeof chunk === 'string')) return chunks.join('');
  return Buffer.concat(chunks.map((chunk) => toBytes(chunk, 'utf8')));
}

function unsuitableStatus(status: number): ViaductError {
  return new ViaductError(
    'VIADUCT_E_RESPONSE_STATUS',
    `the application answered with status ${status}, which a web Response cannot have (200 to 599)`,
  );
}

function unanswered(): ViaductError {
  return new ViaductError('VIADUCT_E_NO_RESPONSE', 'the application closed the connection without an answer');
}

function clientGone(cause: unknown): ViaductError {
  return new ViaductError('VIADUCT_E_CLIENT_GONE', 'the client closed the connection', { cause });
}
