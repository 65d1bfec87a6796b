import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** Response headers to read and change, the same on both faces. */
export interface ResponseHeadHeaders {
  /** The value, several joined with `, `; `null` when there is none. */
  get(name: string): string | null;
  has(name: string): boolean;
  /** Replaces whatever there was. */
  set(name: string, value: string): void;
  /** Adds a value beside what there is, as `Set-Cookie` and `Vary` need. */
  append(name: string, value: string): void;
  delete(name: string): void;
}

/** What goes out before the first byte of the body. */
export interface ResponseHead {
  status: number;
  readonly headers: ResponseHeadHeaders;
}

/** The head of a Node response that is about to be sent. */
export class NodeResponseHead implements ResponseHead, ResponseHeadHeaders {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get headers(): ResponseHeadHeaders {
    return this;
  }

  get status(): number {
    return this.#response.statusCode;
  }

  set status(status: number) {
    this.#response.statusCode = status;
  }

  get(name: string): string | null {
    const value = this.#response.getHeader(name);
    if (value === undefined) return null;
    return Array.isArray(value) ? value.join(', ') : String(value);
  }

  has(name: string): boolean {
    return this.#response.hasHeader(name);
  }

  set(name: string, value: string): void {
    this.#response.setHeader(name, value);
  }

  append(name: string, value: string): void {
    const earlier = this.#response.getHeader(name);
    if (earlier === undefined) this.#response.setHeader(name, value);
    else this.#response.setHeader(name, [...(Array.isArray(earlier) ? earlier : [String(earlier)]), value]);
  }

  delete(name: string): void {
    this.#response.removeHeader(name);
  }
}

/** The head of a web `Response`: changed in place where the runtime lets it, else on a copy. */
export class WebResponseHead implements ResponseHead, ResponseHeadHeaders {
  readonly #response: Response;
  #copy: Headers | undefined;
  status: number;

  constructor(response: Response) {
    this.#response = response;
    this.status = response.status;
  }

  get headers(): ResponseHeadHeaders {
    return this;
  }

  get(name: string): string | null {
    return this.#current.get(name);
  }

  has(name: string): boolean {
    return this.#current.has(name);
  }

  set(name: string, value: string): void {
    this.#change((headers) => headers.set(name, value));
  }

  append(name: string, value: string): void {
    this.#change((headers) => headers.append(name, value));
  }

  delete(name: string): void {
    this.#change((headers) => headers.delete(name));
  }

  /** The response with all changes; the same one where nothing had to be copied. */
  toResponse(): Response {
    const { status, statusText, body } = this.#response;
    if (this.#copy === undefined && this.status === status) return this.#response;
    const reason = this.status === status ? statusText : '';
    return new Response(body, { status: this.status, statusText: reason, headers: this.#current });
  }

  get #current(): Headers {
    return this.#copy ?? this.#response.headers;
  }

  /** Headers of a fetched or redirecting response are immutable, which shows only when one tries. */
  #change(change: (headers: Headers) => void): void {
    try {
      change(this.#current);
    } catch (error) {
      if (this.#copy !== undefined) throw error;
      const copy = new Headers(this.#response.headers);
      change(copy);
      this.#copy = copy;
    }
  }
}

/**
 * Calls `listener` once, just before the head of a Node response is written, however that comes about.
 *
 * Headers given to `writeHead` itself are among those that the listener sees. A head that Node refuses does not count:
 * the listener sees the one that is sent in its place.
 */
export function beforeHead(response: ServerResponse, listener: () => void): void {
  const writeHead: (...head: never[]) => ServerResponse = response.writeHead;
  let isCalled = false;
  function writeHeadAfterListener(
    this: ServerResponse,
    status: number,
    ...rest: readonly unknown[]
  ): ServerResponse {
    if (isCalled || response.headersSent) return Reflect.apply(writeHead, response, [status, ...rest]);
    const [first, second] = rest;
    const reason = typeof first === 'string' ? first : undefined;
    setHeaders(response, (reason === undefined ? (second ?? first) : second) as WriteHeadHeaders);
    response.statusCode = status;
    if (reason !== undefined) response.statusMessage = reason;
    isCalled = true;
    listener();
    if (response.statusCode !== status) response.statusMessage = '';
    const { statusCode, statusMessage } = response;
    try {
      return Reflect.apply(writeHead, response, statusMessage ? [statusCode, statusMessage] : [statusCode]);
    } catch (error) {
      isCalled = false;
      throw error;
    }
  }
  response.writeHead = writeHeadAfterListener as ServerResponse['writeHead'];
}

/** An object, a flat list, or a list of pairs: the forms that `writeHead` takes. */
export type WriteHeadHeaders =
  | OutgoingHttpHeaders
  | readonly OutgoingHttpHeader[]
  | readonly [string, OutgoingHttpHeader][];

function setHeaders(response: ServerResponse, headers: WriteHeadHeaders | undefined): void {
  if (headers === undefined || headers === null) return;
  const replaced = new Set<string>();
  for (const [name, value] of pairsOf(headers)) {
    if (value === undefined) continue;
    const key = name.toLowerCase();
    // Named again in the list, a header is repeated; named before by setHeader, it is replaced.
    if (replaced.has(key)) response.appendHeader(name, Array.isArray(value) ? value : String(value));
    else response.setHeader(name, value);
    replaced.add(key);
  }
}

/** Names and values in the order in which they were given; a name may come again. */
export function pairsOf(
  headers: WriteHeadHeaders,
): readonly (readonly [string, OutgoingHttpHeader | undefined])[] {
  if (!isList(headers)) return Object.entries(headers);
  if (isPairs(headers)) return headers;
  return headers.flatMap((name, index) =>
    index % 2 === 0 ? [[String(name), headers[index + 1]] as const] : [],
  );
}

function isList(headers: WriteHeadHeaders): headers is Exclude<WriteHeadHeaders, OutgoingHttpHeaders> {
  return Array.isArray(headers);
}

/** A flat list begins with a name, a list of pairs with a pair. */
function isPairs(
  headers: Exclude<WriteHeadHeaders, OutgoingHttpHeaders>,
): headers is readonly [string, OutgoingHttpHeader][] {
  return Array.isArray(headers[0]);
}
