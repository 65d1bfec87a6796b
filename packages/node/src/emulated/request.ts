import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestInternals } from './internals.js';
import type { ConnectionFacts, EmulatedSocket } from './socket.js';

/** Everything of a request but its body. */
export interface EmulatedRequestHead {
  /** The origin-form target that the handler sees as `req.url`, byte for byte. */
  readonly url: string;
  readonly method: string;
  /** What the request came on: Node's own socket, where there is one. Default: nothing is known of it. */
  readonly connection?: ConnectionFacts | undefined;
  /** `Host`, for a request whose headers do not have it. Default: the authority of the request's URL. */
  readonly host?: string | undefined;
  /** Default: `1.1`. */
  readonly httpVersion?: string | undefined;
  /** Names and values in turn, as they came on the wire. Default: those of the request's `headers`. */
  readonly rawHeaders?: readonly string[] | undefined;
  /** A Node request to read the body from. Default: the body of the web request. */
  readonly upload?: IncomingMessage | undefined;
}

/** Gives a request its body, as it asks for it. */
export interface RequestSource {
  read(): void;
}

const SOURCE: unique symbol = Symbol('viaduct.requestSource');

/** A request that reads from the source. */
export type EmulatedRequest = IncomingMessage & { [SOURCE]: RequestSource };

/**
 * Makes Node's own `IncomingMessage`, whose body comes from the source.
 *
 * What differs from a request on a real socket is an own property, since frameworks replace the prototype.
 */
export function createRequest(
  head: EmulatedRequestHead,
  rawHeaders: readonly string[],
  socket: EmulatedSocket,
  source: RequestSource,
): IncomingMessage {
  const request = new IncomingMessage(socket as unknown as Socket) as EmulatedRequest & RequestInternals;
  const version = head.httpVersion ?? '1.1';
  request.httpVersion = version;
  request.httpVersionMajor = version.charCodeAt(0) - 48;
  request.httpVersionMinor = version.length > 2 ? version.charCodeAt(2) - 48 : 0;
  request.url = head.url;
  request.method = head.method;
  (request as { upgrade?: boolean }).upgrade = false;
  request._addHeaderLines(rawHeaders, rawHeaders.length);
  request[SOURCE] = source;
  request._read = read;
  return request;
}

function read(this: EmulatedRequest & RequestInternals): void {
  if (!this._consuming) {
    this._readableState.readingMore = false;
    this._consuming = true;
  }
  this[SOURCE].read();
}

/**
 * The headers of a request as the flat list that Node's parser would give.
 *
 * @param hasBody Whether a body comes: it is then announced, as HTTP/1.1 must (RFC 9112 §6.3). A `Request`
 * made in memory has no header for it, and body parsers go by the header. A body that does not come, as with
 * GET on the web face, is not announced: who believed that would wait for it.
 */
export function toRawHeaders(request: Request, head: EmulatedRequestHead, hasBody: boolean): string[] {
  const raw = head.rawHeaders === undefined ? webHeaders(request, hasBody) : [...head.rawHeaders];
  if (!hasName(raw, 'host')) raw.unshift('host', head.host ?? authorityOf(request.url));
  if (hasBody && !hasName(raw, 'content-length') && !hasName(raw, 'transfer-encoding')) {
    raw.push('transfer-encoding', 'chunked');
  }
  return raw;
}

function webHeaders({ headers }: Request, hasBody: boolean): string[] {
  const raw: string[] = [];
  for (const [name, value] of headers) if (hasBody || !announcesBody(name, value)) raw.push(name, value);
  return raw;
}

function announcesBody(name: string, value: string): boolean {
  return name === 'transfer-encoding' || (name === 'content-length' && value !== '0');
}

function hasName(raw: readonly string[], lowerCase: string): boolean {
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index];
    if (name?.length === lowerCase.length && name.toLowerCase() === lowerCase) return true;
  }
  return false;
}

function authorityOf(url: string): string {
  const start = url.indexOf('//') + 2;
  const end = url.indexOf('/', start);
  return end === -1 ? url.slice(start) : url.slice(start, end);
}
