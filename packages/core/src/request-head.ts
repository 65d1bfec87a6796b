import type { IncomingMessage } from 'node:http';

/** Headers to read, the same on both faces. */
export interface HeadHeaders {
  /** The value, several joined with `, ` as the web types do; `null` when there is none. */
  get(name: string): string | null;
  has(name: string): boolean;
}

/** What a guard or hook sees of a request: everything but the body. A web `Request` is one. */
export interface RequestHead {
  readonly method: string;
  readonly headers: HeadHeaders;
}

/** The head of a Node request; nothing is copied. */
export class NodeRequestHead implements RequestHead, HeadHeaders {
  readonly #request: IncomingMessage;

  constructor(request: IncomingMessage) {
    this.#request = request;
  }

  get method(): string {
    return this.#request.method ?? 'GET';
  }

  get headers(): HeadHeaders {
    return this;
  }

  get(name: string): string | null {
    const { headers } = this.#request;
    const key = name.toLowerCase();
    // The object has members that are no headers, such as `constructor`.
    const value = Object.hasOwn(headers, key) ? headers[key] : undefined;
    if (value === undefined) return null;
    return typeof value === 'string' ? value : value.join(', ');
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#request.headers, name.toLowerCase());
  }
}
