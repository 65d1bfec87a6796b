import {
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  type ServerResponse,
  validateHeaderName,
  validateHeaderValue,
} from 'node:http';
import type { Http2ServerRequest, ServerHttp2Stream } from 'node:http2';
import { pairsOf, type WriteHeadHeaders } from '@viaduct/core/internal';
import { INTERNAL_ERROR, NO_ERROR } from './http2-error-codes.js';
import { adoptHttp2Request } from './http2-request.js';

/** Node's response as it is: its types tell of a `Writable`, and of properties where there are accessors. */
interface NodeHttp2Response {
  readonly req: Http2ServerRequest;
  readonly stream: ServerHttp2Stream;
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  get writableFinished(): boolean;
  statusCode: number;
  get statusMessage(): string;
  set statusMessage(phrase: string);
  hasHeader(name: string): boolean;
  setHeader(name: string, value: OutgoingHttpHeader): unknown;
  appendHeader(name: string, value: OutgoingHttpHeader): unknown;
  flushHeaders(): void;
  writeHead(status: number, headers: readonly HeaderPair[]): unknown;
  write(...args: readonly unknown[]): boolean;
  end(...args: readonly unknown[]): unknown;
  writeEarlyHints(hints: OutgoingHttpHeaders): unknown;
  destroy(): unknown;
}

type HeaderPair = readonly [string, OutgoingHttpHeader | undefined];

/** Node's response over HTTP/2 with what it lacks. */
export interface Http2Response extends NodeHttp2Response {
  readonly closed: boolean;
  readonly destroyed: boolean;
  readonly writableNeedDrain: boolean;
}

type Http2ResponseClass = new (stream: ServerHttp2Stream) => Http2Response;

let defined: Http2ResponseClass | undefined;

/**
 * The class of Node's response over HTTP/2, made to do for an application written for HTTP/1.1 what `ServerResponse`
 * does.
 *
 * Node's own lacks members that tell how an answer ended, fails the whole answer for a header that HTTP/2 does
 * not have, sends line breaks in values, and lets an answer that was cut off end as if it were complete.
 *
 * Made when it is asked for: a process that speaks no HTTP/2 loads nothing of it.
 */
export function http2ResponseClass(): Http2ResponseClass {
  return (defined ??= define());
}

function define(): Http2ResponseClass {
  const { Http2ServerResponse } = process.getBuiltinModule('node:http2');
  const Base = Http2ServerResponse as unknown as new (stream: ServerHttp2Stream) => NodeHttp2Response;
  /** Without fields and private members: {@link adoptHttp2} gives these to objects of Node's making. */
  return class Http2Response extends Base {
    get closed(): boolean {
      return this.stream.closed || this.stream.destroyed;
    }

    get destroyed(): boolean {
      return this.stream.destroyed;
    }

    get writableNeedDrain(): boolean {
      return this.stream.writableNeedDrain;
    }

    /** A stream that is reset ends its writable side too; only the code of the reset tells. */
    override get writableFinished(): boolean {
      return this.stream.writableFinished && !this.stream.rstCode;
    }

    /** HTTP/2 has no reason phrase (RFC 9113 §8.3.2): it is left out, without Node's warning. */
    override get statusMessage(): '' {
      return '';
    }

    override set statusMessage(_phrase: string) {}

    override setHeader(name: string, value: OutgoingHttpHeader): this {
      if (isCarried(name, value)) super.setHeader(name, value);
      return this;
    }

    override appendHeader(name: string, value: OutgoingHttpHeader): this {
      if (isCarried(name, value)) super.appendHeader(name, value);
      return this;
    }

    setHeaders(headers: Headers | ReadonlyMap<string, OutgoingHttpHeader>): this {
      const cookies: string[] = [];
      for (const [name, value] of headers) {
        if (name === 'set-cookie') cookies.push(...[value].flat().map(String));
        else this.setHeader(name, value);
      }
      if (cookies.length > 0) this.setHeader('set-cookie', cookies);
      return this;
    }

    override writeHead(status: number, ...rest: readonly unknown[]): this {
      const headers = (
        typeof rest[0] === 'string' ? rest[1] : (rest[0] ?? rest[1])
      ) as WriteHeadHeaders | null;
      const pairs = pairsOf(headers ?? []).filter(
        ([name, value]) => value !== undefined && isCarried(name, value),
      );
      super.writeHead(status, pairs);
      return this;
    }

    override write(chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean {
      const written = rest.find((argument) => typeof argument === 'function') as Written | undefined;
      // Node's own would reset the stream, and with it the answer that was given.
      if (this.writableEnded) {
        if (written !== undefined) process.nextTick(written, new Error('write after end'));
        return false;
      }
      this.flushHeaders();
      if (hasNoBody(this)) {
        if (written !== undefined) process.nextTick(written);
        return true;
      }
      return super.write(chunk, ...rest);
    }

    override end(...args: readonly unknown[]): this {
      if (!this.headersSent && !this.writableEnded) declareLength(this, args);
      // An upload that nobody reads to its end would stay open for as long as the session does (RFC 9113 §8.1).
      const { stream } = this;
      if (!stream.endAfterHeaders && !stream.readableEnded)
        stream.once('finish', () => setImmediate(closeUnread, this));
      super.end(...args);
      return this;
    }

    override writeEarlyHints(hints: OutgoingHttpHeaders, written?: () => void): void {
      const { link } = hints;
      if (link === undefined || link === null) return;
      const carried = Object.entries(hints).filter(([name, value]) => isCarried(name, value ?? ''));
      super.writeEarlyHints(Object.fromEntries(carried));
      if (written !== undefined) process.nextTick(written);
    }

    writeProcessing(): void {
      if (!this.headersSent && !this.closed) this.stream.additionalHeaders({ ':status': 102 });
    }

    /** Resets the stream, so that the client cannot take half an answer for a whole one; the session goes on. */
    override destroy(): this {
      const { stream } = this;
      if (!this.closed && !stream.writableFinished) stream.close(INTERNAL_ERROR);
      return this;
    }
  };
}

/**
 * Makes an {@link Http2Request} and an {@link Http2Response} of what Node's server has made, where the server is
 * not ours. No class or prototype of Node's is changed, and a subclass of the user's is left alone.
 */
export function adoptHttp2(request: IncomingMessage, response: ServerResponse): void {
  adoptHttp2Request(request);
  const { Http2ServerResponse } = process.getBuiltinModule('node:http2');
  if (Object.getPrototypeOf(response) === Http2ServerResponse.prototype)
    Object.setPrototypeOf(response, http2ResponseClass().prototype as object);
}

type Written = (error?: Error) => void;

/** RFC 9113 §8.2.2: they speak of a connection of HTTP/1.1, and a message that has one is malformed. */
const CONNECTION_SPECIFIC: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Whether HTTP/2 carries a header at all.
 *
 * @throws {TypeError} Where it cannot be sent over HTTP/1.1 either: HTTP/2 would carry line breaks in a value on
 * to the next proxy, which may write them out.
 */
function isCarried(name: string, value: OutgoingHttpHeader): boolean {
  validateHeaderName(name);
  validateHeaderValue(name, value as string);
  return !CONNECTION_SPECIFIC.has(name.toLowerCase());
}

function hasNoBody({ req, statusCode }: Http2Response): boolean {
  return req.method === 'HEAD' || statusCode === 204 || statusCode === 205 || statusCode === 304;
}

/** As over HTTP/1.1, an answer in one piece says how long it is. */
function declareLength(response: Http2Response, [chunk, encoding]: readonly unknown[]): void {
  if (hasNoBody(response) || response.hasHeader('content-length')) return;
  if (typeof chunk === 'string')
    response.setHeader('content-length', Buffer.byteLength(chunk, encodingOf(encoding)));
  else response.setHeader('content-length', ArrayBuffer.isView(chunk) ? chunk.byteLength : 0);
}

function encodingOf(encoding: unknown): BufferEncoding {
  return typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8';
}

/**
 * `NO_ERROR`: the answer stands, and the rest of the upload is not wanted. A turn later than `finish`, or the reset
 * would overtake an answer that is all head.
 */
function closeUnread(response: Http2Response): void {
  const { req, stream } = response;
  const isRead =
    req.listenerCount('readable') > 0 || (req.readableFlowing === true && req.listenerCount('data') > 0);
  // Trailers are still to be sent then.
  if (!isRead && !req.readableEnded && !stream.closed && !response.hasHeader('trailer'))
    stream.close(NO_ERROR);
}
