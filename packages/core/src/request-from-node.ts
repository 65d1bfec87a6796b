import type { UnderlyingSource } from 'node:stream/web';
import type { Context } from './context.js';
import { ViaductError } from './errors.js';
import { isHopByHop } from './hop-by-hop.js';
import { OVERFLOW, type RecordedRequest, RESPONSE } from './request-record.js';
import { createRequest, type RequestSource } from './lazy-request.js';

/**
 * Makes the web `Request` of a Node request, as the application mounted at the context's base path sees it.
 *
 * Nothing is built that the application does not read; the body is read from the socket as the
 * application reads it, and no sooner.
 */
export function toRequest(request: RecordedRequest, context: Context): Request {
  return createRequest(new NodeRequestSource(request, context));
}

class NodeRequestSource implements RequestSource {
  readonly #request: RecordedRequest;
  readonly #context: Context;

  constructor(request: RecordedRequest, context: Context) {
    this.#request = request;
    this.#context = context;
  }

  get method(): string {
    return this.#request.method ?? 'GET';
  }

  url(): string {
    const url = this.#context.mountedUrl;
    return SERIALISED.test(url) ? url : new URL(url).href;
  }

  addHeadersTo(headers: Headers): void {
    const raw = this.#request.rawHeaders;
    for (let index = 0; index + 1 < raw.length; index += 2) {
      const name = raw[index] ?? '';
      // Pseudo-headers of HTTP/2 begin with a colon, and are in the URL and the method.
      if (!name.startsWith(':') && !isHopByHop(name.toLowerCase()))
        headers.append(name, raw[index + 1] ?? '');
    }
  }

  signal(): AbortSignal {
    return this.#context.signal;
  }

  body(): ReadableStream<Uint8Array> | null {
    const request = this.nodeBody();
    return request === null ? null : toBody(request);
  }

  nodeBody(): RecordedRequest | null {
    return bringsBody(this.#request) ? this.#request : null;
  }
}

/** URLs that are sure to be serialised already. */
const SERIALISED: RegExp = serialised();

function serialised(): RegExp {
  const name = String.raw`[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)*`;
  const address = String.raw`(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}`;
  const port = String.raw`(?::(?!80\/|443\/|0)\d+)?`;
  const path = String.raw`(?:\/(?!\.)[\w\-~!$&()*+,=:@.]*)+`;
  const query = String.raw`(?:\?[\w\-~!$&()*+,=:@./?%;]*)?`;
  return new RegExp(`^https?://(?:${name}|${address})${port}${path}${query}$`);
}

/** Whether a request has a body that its `Request` has too: the web types know none with these methods. */
export function bringsBody(request: RecordedRequest): boolean {
  return request.method !== 'GET' && request.method !== 'HEAD' && hasBody(request);
}

/**
 * Whether a request has a body: over HTTP/1.1 when it says how long it is (RFC 9112 §6.3), over HTTP/2 when its
 * stream did not end with the head (RFC 9113 §8.1).
 */
export function hasBody(request: RecordedRequest & { readonly stream?: StreamHead }): boolean {
  const { headers, stream } = request;
  if (stream !== undefined) return !stream.endAfterHeaders && headers['content-length'] !== '0';
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** What a stream of HTTP/2 tells of its request. */
interface StreamHead {
  readonly endAfterHeaders: boolean;
}

/** `Readable.toWeb` is not used: cancelled under back-pressure it ends the process (nodejs/node#64529). */
function toBody(request: RecordedRequest): ReadableStream<Uint8Array> {
  const source = new BodySource(request);
  return new ReadableStream<Uint8Array>(source, { highWaterMark: 0 });
}

/** Leaves the request alone until the first read, so that an upload nobody reads stays Node's to drop. */
class BodySource implements UnderlyingSource<Uint8Array> {
  readonly #request: RecordedRequest;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #isClosed = false;
  /** Once a request is answered, Node does not tell it that its connection is gone. */
  readonly #onConnectionLost = (): void => {
    if (!this.#request.destroyed) this.#fail(uploadError(this.#request));
  };

  constructor(request: RecordedRequest) {
    this.#request = request;
  }

  pull(controller: ReadableStreamDefaultController<Uint8Array>): void {
    if (this.#controller === undefined) this.#attach(controller);
    this.#request.resume();
  }

  cancel(): void {
    this.#close();
    // What is left of the upload is read and dropped, so that the connection stays in step.
    this.#request.resume();
  }

  #attach(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const request = this.#request;
    this.#controller = controller;
    // Who comes after its end waits for an event that has been.
    if (request.destroyed || request.readableEnded) return this.#fail(uploadError(request));
    if (isDropped(request)) return this.#fail(bodyRead());
    request.pause();
    request.on('data', (chunk: Uint8Array) => {
      if (this.#isClosed) return;
      controller.enqueue(chunk);
      if ((controller.desiredSize ?? 0) <= 0) request.pause();
    });
    request.once('end', () => {
      if (this.#close()) controller.close();
    });
    request.once('error', (error) => this.#fail(uploadError(request, error)));
    request.once('close', () => this.#fail(uploadError(request)));
    // Over HTTP/2, a connection outlives its requests.
    if (request.httpVersionMajor < 2) request.socket.once('close', this.#onConnectionLost);
  }

  #fail(error: Error): void {
    if (this.#close()) this.#controller?.error(error);
  }

  /** @returns Whether it was open. */
  #close(): boolean {
    if (this.#isClosed) return false;
    this.#isClosed = true;
    if (this.#request.httpVersionMajor < 2) this.#request.socket.off('close', this.#onConnectionLost);
    return true;
  }
}

/**
 * What readers of a body that broke off are told.
 *
 * @param error What the request itself said, if anything.
 */
export function uploadError(request: RecordedRequest, error?: Error): Error {
  const said = request[OVERFLOW] ?? error;
  if (said !== undefined) return said;
  if (request.readableEnded) return bodyRead();
  return new ViaductError(
    'VIADUCT_E_CLIENT_GONE',
    'the client closed the connection before the request body ended',
  );
}

function bodyRead(): ViaductError {
  return new ViaductError(
    'VIADUCT_E_BODY_READ',
    'the request body was read, or dropped behind the answer, before the application read it: put the application before the body parser, and read the body before you answer',
  );
}

/** Behind an answer that has gone out, Node drops what is still to come of an upload that nobody has begun to read. */
function isDropped({ complete, httpVersionMajor, [RESPONSE]: answer }: RecordedRequest): boolean {
  return httpVersionMajor < 2 && !complete && answer?.writableFinished === true;
}
