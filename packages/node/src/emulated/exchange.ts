import type { IncomingMessage, ServerResponse } from 'node:http';
import { ViaductError } from '@viaduct/core';
import { hasRequestBody, isThenable } from '@viaduct/core/internal';
import { Answer, type AnswerOwner, HIGH_WATER_MARK } from './answer.js';
import { clientGone } from './client-gone.js';
import { DETACH_SIGNAL, type RequestInternals } from './internals.js';
import { NodeUpload } from './node-upload.js';
import { RequestBody, type UploadOwner } from './request-body.js';
import { createRequest, type EmulatedRequestHead, type RequestSource, toRawHeaders } from './request.js';
import { createResponse, type EmulatedResponse } from './response.js';
import { type ConnectionFacts, EmulatedSocket, type SocketOwner } from './socket.js';

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

const UNKNOWN: ConnectionFacts = {};

const RESPONSE_OPTIONS = { highWaterMark: HIGH_WATER_MARK };

/** One request and its answer: makes the pair, knows the connection under it, and ends with both. */
class Exchange implements RequestSource, SocketOwner, AnswerOwner, UploadOwner {
  readonly socket: EmulatedSocket;
  readonly response: EmulatedResponse;
  readonly #request: IncomingMessage & RequestInternals;
  readonly #web: Request;
  readonly #head: EmulatedRequestHead;
  readonly #hooks: EmulateHooks | undefined;
  readonly #answer: Answer;
  /** `undefined` for a request that has no body. */
  readonly #upload: RequestBody | NodeUpload | undefined;
  #isWatching = false;
  /** Whether the answer has finished, or the connection was lost. */
  #isOver = false;
  /** Why the connection is being cut, where it is not the handler that cuts it. */
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
    const { method, upload } = head;
    // A Node request may bring a body with any method; a web one cannot with these.
    const hasBody = upload !== undefined || (method !== 'GET' && method !== 'HEAD' && hasRequestBody(web));
    this.#answer = new Answer(this, resolve, reject);
    this.socket = new EmulatedSocket(this, head.connection ?? UNKNOWN, HIGH_WATER_MARK);
    const request = createRequest(head, toRawHeaders(web, head, hasBody), this.socket, this);
    this.#request = request as IncomingMessage & RequestInternals;
    this.response = createResponse(request, this.socket, this.#answer, RESPONSE_OPTIONS);
    if (hasBody) {
      this.#upload =
        upload === undefined ? new RequestBody(web, request, this) : new NodeUpload(upload, request, this);
    }
    if (!hasBody) request.complete = true;
  }

  run(handler: NodeHandler): void {
    try {
      this.#hooks?.prepare?.(this.#request, this.response, this.#head);
      const result = handler(this.#request, this.response);
      if (isThenable(result)) result.then(undefined, (error: unknown) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
    // Most answers are ready by then, and spare the listener.
    if (!this.response.finished) process.nextTick(watch, this);
  }

  /** Looks out for the client going away. */
  watch(): void {
    if (this.response.finished || this.#isOver) return;
    const { signal } = this.#web;
    if (signal.aborted) return this.handleEvent();
    this.#isWatching = true;
    signal.addEventListener('abort', this);
  }

  /** The request's signal was aborted. */
  handleEvent(): void {
    this.#disconnect(this.#web.signal.reason);
  }

  /** The request asks for a chunk of its body. */
  read(): void {
    if (this.#upload === undefined) this.#request.push(null);
    else this.#upload.read();
  }

  active(): void {
    this.socket.refreshTimeout();
  }

  uploadFailed(error: unknown): void {
    this.#disconnect(error);
  }

  cancelled(reason: unknown): void {
    this.#disconnect(reason);
  }

  finished(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#unwatch();
    this.socket.setTimeout(0);
    this.#request[DETACH_SIGNAL]?.();
    this.#leaveRequest();
    this.socket._httpMessage = null;
    (this.response as { socket: unknown }).socket = null;
    process.nextTick(close, this.response, this.socket);
  }

  timedOut(): boolean {
    const isHeardByRequest = !this.#request.complete && this.#request.emit('timeout', this.socket);
    return this.response.emit('timeout', this.socket) || isHeardByRequest;
  }

  socketClosed(error: Error | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#unwatch();
    const reset = Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    this.#request.destroy(reset);
    closeResponse(this.response);
    this.#upload?.cancel(reset);
    // Keeps Node 20 from taking the loss of the last bytes for a `finish`.
    this.socket._hadError = true;
    this.#answer.fail(this.#failure === undefined ? (error ?? unanswered()) : this.#failure.error, reset);
  }

  #disconnect(reason: unknown): void {
    this.#failure ??= { error: clientGone(reason) };
    this.socket.destroy();
  }

  /** The handler threw. */
  #fail(error: unknown): void {
    if (this.#answer.isSent) this.#hooks?.onLateError?.(error, this.#head);
    if (this.response.finished || this.#isOver) return;
    this.#failure = { error };
    this.socket.destroy();
  }

  #unwatch(): void {
    if (this.#isWatching) this.#web.signal.removeEventListener('abort', this);
    this.#isWatching = false;
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
}

function watch(exchange: Exchange): void {
  exchange.watch();
}

function close(response: EmulatedResponse, socket: EmulatedSocket): void {
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

function unanswered(): ViaductError {
  return new ViaductError('VIADUCT_E_NO_RESPONSE', 'the application closed the connection without an answer');
}
