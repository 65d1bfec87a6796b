import type { IncomingMessage } from 'node:http';
import { createMirroredHeaders, type MirroredHeadersClass } from './mirrored-headers.js';

/** What a {@link LazyRequest} is made of. Each member is asked for once, when the application first reads it. */
export interface RequestSource {
  readonly method: string;
  /** The URL as the WHATWG serialises it. */
  url(): string;
  /** Appends the request's headers. */
  addHeadersTo(headers: Headers): void;
  signal(): AbortSignal;
  /** `null` when the request has no body. */
  body(): ReadableStream<Uint8Array> | null;
  /** The Node request that the body comes on; `null` when it has none. */
  nodeBody(): IncomingMessage | null;
}

/**
 * Makes a `Request` that costs next to nothing until it is read.
 *
 * Where the runtime's own `Request` keeps its state under symbols (Node 20 and 22: 4 to 8 µs to make one),
 * an object of the same prototype stands in for it, and makes the real one behind them when more than
 * method, URL, headers or signal is asked for: `instanceof`, `clone()`, `new Request(request)` and
 * `fetch(request)` all work. Where the state is private (Node 24: 1 to 2 µs) the real one is made at once.
 */
export function createRequest(source: RequestSource): Request {
  stand ??= createStandIn();
  return stand(source);
}

/** Whether a `Request` has a body, without making its stream. */
export function hasRequestBody(request: Request): boolean {
  return isUnread(request) ? LazyRequest.sourceOf(request).nodeBody() !== null : request.body !== null;
}

/**
 * Takes the Node request under a `Request` that was made of one, to read the body from there: a stream between two Node
 * requests would cost more than all the rest. For everybody else the body then counts as read.
 *
 * @returns `undefined` when the body can only be read like that of any `Request`.
 */
export function takeNodeBody(request: Request): IncomingMessage | undefined {
  return isUnread(request) ? LazyRequest.take(request) : undefined;
}

function isUnread(request: unknown): request is LazyRequest {
  return request instanceof LazyRequest && LazyRequest.isUnread(request);
}

let stand: ((source: RequestSource) => Request) | undefined;

let mirrored: MirroredHeadersClass | undefined;

function createStandIn(): (source: RequestSource) => Request {
  const stateKeys = Object.getOwnPropertySymbols(new Request('http://localhost'));
  if (stateKeys.length === 0) {
    const WholeRequest = createWholeRequest();
    return (source) => new WholeRequest(source);
  }
  Object.setPrototypeOf(LazyRequest.prototype, Request.prototype);
  for (const key of stateKeys) {
    Object.defineProperty(LazyRequest.prototype, key, {
      get(this: LazyRequest) {
        return Reflect.get(LazyRequest.wholeOf(this), key);
      },
    });
  }
  return (source) => new LazyRequest(source) as unknown as Request;
}

class LazyRequest {
  readonly #source: RequestSource;
  #headers: Headers | undefined;
  #url: string | undefined;
  #whole: Request | undefined;
  #isTaken = false;

  constructor(source: RequestSource) {
    this.#source = source;
  }

  get method(): string {
    return this.#source.method;
  }

  get url(): string {
    return (this.#url ??= this.#source.url());
  }

  get headers(): Headers {
    if (this.#headers === undefined) {
      mirrored ??= createMirroredHeaders();
      this.#source.addHeadersTo((this.#headers = new mirrored()));
    }
    return this.#headers;
  }

  get signal(): AbortSignal {
    return this.#source.signal();
  }

  /** Of the real one: Node 20 and 22 let a copy follow no signal but that of a request that is one. */
  clone(): Request {
    return LazyRequest.wholeOf(this).clone();
  }

  // No members, or applications would see them on their requests.

  static wholeOf(request: LazyRequest): Request {
    return (request.#whole ??= LazyRequest.#makeWhole(request));
  }

  static #makeWhole(request: LazyRequest): Request {
    const source = request.#source;
    const { headers, signal } = request;
    const init = { ...initOf(source), headers, signal };
    const whole = new Request(
      source.url(),
      request.#isTaken ? { ...init, body: new ReadableStream() } : init,
    );
    if (request.#isTaken) void whole.body?.getReader().cancel();
    mirrored?.mirror(headers, whole.headers);
    return whole;
  }

  static sourceOf(request: LazyRequest): RequestSource {
    return request.#source;
  }

  static isUnread(request: LazyRequest): boolean {
    return request.#whole === undefined && !request.#isTaken;
  }

  static take(request: LazyRequest): IncomingMessage | undefined {
    const node = request.#source.nodeBody() ?? undefined;
    request.#isTaken = node !== undefined;
    return node;
  }
}

/**
 * Makes the runtime's own class with a signal that is made when it is asked for: passed to the constructor, it would
 * be made for every request, and copied. A class, and not a property defined on each request: that would give
 * every one a shape of its own, which costs Node 24 more than all the rest.
 *
 * Not before the first request that needs it: naming `Request` loads all of `fetch`, 10 ms and 4 MB on Node 20.
 */
function createWholeRequest(): new (source: RequestSource) => Request {
  /** The type declarations say that the signal is a property; on the class it is an accessor. */
  const NativeRequest: new (url: string, init: RequestInit) => Omit<Request, 'signal'> = Request;

  return class WholeRequest extends NativeRequest {
    readonly #source: RequestSource;

    constructor(source: RequestSource) {
      super(source.url(), initOf(source));
      this.#source = source;
      // Not by way of the constructor, which copies them: half of what a request costs.
      source.addHeadersTo(this.headers);
    }

    get signal(): AbortSignal {
      return this.#source.signal();
    }
  } as new (source: RequestSource) => Request;
}

function initOf(source: RequestSource): RequestInit {
  const init: RequestInit = { method: source.method };
  const body = source.body();
  if (body !== null) {
    init.body = body;
    init.duplex = 'half';
  }
  return init;
}
