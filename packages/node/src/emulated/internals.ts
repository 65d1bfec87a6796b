import { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The parts of Node's own message classes that they share with each other but not with the public.
 *
 * An emulated exchange keeps Node's classes and their whole machinery, and replaces only the two places
 * where they would render bytes for a socket. Both have had the same name and arguments since Node 0.x,
 * and other libraries (on-headers, compression, spdy) rest on their like.
 */
export interface ResponseInternals {
  _header: string | null;
  _headerSent: boolean;
  _hasBody: boolean;
  _contentLength: number | null;
  _removedContLen: boolean;
  _closed: boolean;
  _storeHeader(firstLine: string, headers: unknown): void;
  _send(data: OutgoingData, encoding?: Encoding, callback?: WriteCallback, byteLength?: number): boolean;
  _writeRaw(data: OutgoingData, encoding?: Encoding, callback?: WriteCallback, byteLength?: number): boolean;
  /** Node's map of headers: lower-case name to `[name, value]`; `null` until the first `setHeader`. */
  [OUT_HEADERS]: Record<string, [string, HeaderValue]> | null;
  /** Whether a `write` returned false and nothing was told of it since. */
  [NEED_DRAIN]: boolean;
}

/** See {@link ResponseInternals}. */
export interface RequestInternals {
  _readableState: ReadableInternals;
  _consuming: boolean;
  _dumped: boolean;
  _eventsCount: number;
  _addHeaderLines(rawHeaders: readonly string[], count: number): void;
  _dump(): void;
  /** Since Node 24: after an exchange, the closing connection no longer aborts the request's signal. */
  [DETACH_SIGNAL]?(): void;
}

interface ReadableInternals {
  readingMore: boolean;
  resumeScheduled: boolean;
  ended: boolean;
  endEmitted: boolean;
  destroyed: boolean;
  closed: boolean;
  closeEmitted: boolean;
}

export type OutgoingData = string | Uint8Array;
export type Encoding = BufferEncoding | null | undefined;
export type WriteCallback = ((error?: Error | null) => void) | null | undefined;
export type HeaderValue = string | number | readonly string[];

/** Node keeps these under symbols that it does not export: any response, any request shows them. */
export const OUT_HEADERS: unique symbol = symbolOf(anyResponse(), 'kOutHeaders') as never;
export const NEED_DRAIN: unique symbol = symbolOf(anyResponse(), 'kNeedDrain') as never;
export const DETACH_SIGNAL: unique symbol = symbolOf(
  IncomingMessage.prototype,
  'kDetachAbortSignal',
) as never;

function anyResponse(): ServerResponse {
  const request = new IncomingMessage(undefined as unknown as Socket);
  request.httpVersionMajor = 1;
  request.httpVersionMinor = 1;
  return new ServerResponse(request);
}

function symbolOf(holder: object, description: string): symbol {
  const symbols = Object.getOwnPropertySymbols(holder);
  return symbols.find((symbol) => symbol.description === description) ?? Symbol(description);
}
