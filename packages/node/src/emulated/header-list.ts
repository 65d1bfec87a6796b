import { type ServerResponse, validateHeaderName, validateHeaderValue } from 'node:http';
import type { HeaderValue, ResponseInternals } from './internals.js';

/** Headers that speak of one connection. The web types have none; a server adds its own (RFC 9110 §7.6.1). */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The head of a response as names and values in turn, by Node's own rules for every form it may be given in. */
export class HeaderList {
  readonly status: number;
  readonly statusText: string;
  readonly #raw: string[] = [];
  #hasLength = false;
  #length = Number.NaN;
  #hasTransferEncoding = false;
  #hasTrailer = false;

  constructor(status: number, statusText: string) {
    this.status = status;
    this.statusText = statusText;
  }

  /** The headers set one by one: lower-case name to `[name, value]`, validated when they were set. */
  addMap(headers: Record<string, [string, HeaderValue]>): void {
    for (const key in headers) {
      const entry = headers[key];
      if (entry !== undefined) this.#add(key, entry[1]);
    }
  }

  /** `[name, value, name, value]` or `[[name, value]]`. */
  addArray(headers: readonly unknown[]): void {
    if (Array.isArray(headers[0])) {
      for (const [name, value] of headers as readonly [string, HeaderValue][]) this.#addGiven(name, value);
      return;
    }
    if (headers.length % 2 !== 0) {
      throw coded(new TypeError("The argument 'headers' is invalid"), 'ERR_INVALID_ARG_VALUE');
    }
    for (let index = 0; index < headers.length; index += 2) {
      this.#addGiven(headers[index] as string, headers[index + 1] as HeaderValue);
    }
  }

  addObject(headers: object): void {
    for (const name of Object.keys(headers)) {
      this.#addGiven(name, (headers as Record<string, HeaderValue>)[name] as HeaderValue);
    }
  }

  /** Adds the length where Node would, tells the response of it, and refuses trailers where Node would. */
  finish(response: ServerResponse & ResponseInternals): void {
    const canChunk = response._hasBody && response.useChunkedEncodingByDefault && !this.#hasLength;
    if (this.#hasTrailer && !canChunk && !this.#hasTransferEncoding) {
      throw coded(new Error('Trailers are invalid with this transfer encoding'), 'ERR_HTTP_TRAILER_INVALID');
    }
    if (this.#hasLength) {
      response._contentLength = this.#length;
      response._removedContLen = false;
    } else if (canChunk && !this.#hasTransferEncoding && !this.#hasTrailer && !response._removedContLen) {
      const length = response._contentLength;
      if (typeof length === 'number') this.#raw.push('content-length', String(length));
    }
  }

  /**
   * The headers as a web response would have them, names and values in turn.
   *
   * @param isText Whether a type must be among them, as the web response of a text would get one.
   * @returns `undefined` where it would join, trim or drop some, or add one.
   */
  toPairs(isText: boolean): string[] | undefined {
    const raw = this.#raw;
    let hasType = !isText;
    for (let index = 0; index < raw.length; index += 2) {
      const name = raw[index] as string;
      if (name === 'content-type') hasType = true;
      if (isPadded(raw[index + 1] as string)) return undefined;
      if (name !== 'set-cookie' && raw.indexOf(name) !== index) return undefined;
    }
    return hasType && this.status !== 205 ? raw : undefined;
  }

  /** Puts the headers on a web response that has none but, perhaps, the type of its string body. */
  applyTo(headers: Headers, isText: boolean, dropsLength: boolean): void {
    const raw = this.#raw;
    let hasType = !isText;
    for (let index = 0; index < raw.length; index += 2) {
      const name = raw[index] as string;
      const value = raw[index + 1] as string;
      if (name === 'content-type' && !hasType) {
        headers.set(name, value);
        hasType = true;
      } else if (!dropsLength || name !== 'content-length') {
        headers.append(name, value);
      }
    }
    if (!hasType) headers.delete('content-type');
  }

  #addGiven(name: string, value: HeaderValue): void {
    validateHeaderName(name);
    if (Array.isArray(value)) for (const one of value) validateHeaderValue(name, one);
    else validateHeaderValue(name, value as string);
    this.#add(name.toLowerCase(), value);
  }

  #add(key: string, value: HeaderValue): void {
    this.#note(key, value);
    if (CONNECTION_HEADERS.has(key)) return;
    if (!Array.isArray(value)) this.#raw.push(key, String(value));
    else if (key === 'cookie') this.#raw.push(key, value.join('; '));
    else for (const one of value) this.#raw.push(key, String(one));
  }

  #note(key: string, value: HeaderValue): void {
    if (key === 'content-length') {
      this.#hasLength = true;
      this.#length = Number(value);
    } else if (key === 'transfer-encoding') {
      this.#hasTransferEncoding = true;
    } else if (key === 'trailer') {
      this.#hasTrailer = true;
    }
  }
}

function isPadded(value: string): boolean {
  return value.charCodeAt(0) <= SPACE || value.charCodeAt(value.length - 1) <= SPACE;
}

const SPACE = 0x20;

function coded(error: Error, code: string): Error {
  return Object.assign(error, { code });
}
