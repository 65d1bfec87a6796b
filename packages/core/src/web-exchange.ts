import { discardBody } from './discarded-body.js';
import { ViaductTypeError } from './errors.js';
import { Exchange, type Observed } from './exchange.js';
import { canonicalHost } from './host.js';
import { knownBody } from './known-body.js';
import { isLight, LightResponse } from './light-response.js';
import type { Observer } from './observer.js';
import { type ParsedTarget, parseTarget } from './target.js';
import { bodyUsed } from './used-body.js';
import { WebObservation } from './web-observation.js';

export interface WebExchangeOptions {
  readonly clientAddress?: string;
  /** The target as it came on the wire, where the caller knows it; else that of the request's URL. */
  readonly target?: string;
  /** The runtime's own second argument, for `context.runtime`. */
  readonly runtime?: unknown;
}

const NOBODY: readonly Observer[] = [];

/** An exchange that began with a web `Request`. */
export class WebExchange extends Exchange {
  readonly target: ParsedTarget;
  readonly clientAddress: string | undefined;
  readonly protocol: 'http' | 'https';
  readonly host: string;
  /** The request whose URL is the whole URL; what is made of it further down has another. */
  readonly request: Request;
  /** How much of the body has left. */
  bodyBytes = 0;
  #observers: readonly Observer[] = NOBODY;
  #isWatching = false;
  #abort: AbortController | undefined;
  #signal: AbortSignal | undefined;
  override readonly isOnNode = false;

  constructor(request: Request, options: WebExchangeOptions) {
    super(options.runtime);
    this.request = request;
    const { url } = request;
    const authority = url.indexOf('//') + 2;
    const path = url.indexOf('/', authority);
    this.protocol = url.startsWith('https:') ? 'https' : 'http';
    this.host = canonicalHost(url.slice(authority, path), this.protocol);
    this.target = readTarget(options.target ?? url.slice(path));
    this.clientAddress = options.clientAddress;
  }

  get signal(): AbortSignal {
    return this.#signal ?? this.request.signal;
  }

  override signalToAbandon(): AbortSignal {
    this.#abort ??= new AbortController();
    return (this.#signal ??= AbortSignal.any([this.request.signal, this.#abort.signal]));
  }

  protected override abort(reason: Error): void {
    this.#abort?.abort(reason);
  }

  override readonly socket = undefined;

  /** The runtime's server knows its peers, and we do not. */
  override isFrom(): boolean {
    return false;
  }

  override observe(observer: Observer, observed: Observed): void {
    if (this.#observers.includes(observer)) return;
    this.#observers = [...this.#observers, observer];
    const startedAt = performance.now();
    observer.began?.();
    this.onFinished((outcome) => {
      observer.ended(new WebObservation(this, observed, outcome, performance.now() - startedAt));
    }, observed.context);
  }

  protected override watch(): void {
    this.#isWatching = true;
  }

  /**
   * Lets the end of a response's body end the exchange. Only the outermost application calls it: the body
   * that leaves there is the one that reaches the client.
   *
   * @param report Told what the body fails with.
   * @throws {ViaductError} `VIADUCT_E_BODY_USED` when a body that is to be watched was read or locked before.
   */
  conclude(response: Response, report: (error: unknown) => void): Response {
    const { status } = response;
    if (this.request.method === 'HEAD') return this.#concludeHead(response);
    // Else the body is not even looked at: some runtimes make it a stream then.
    if ((!this.#isWatching && !mayStream(response)) || response.body === null) {
      this.#finishAtOnce(status);
      return response;
    }
    if (response.bodyUsed || response.body.locked) throw bodyUsed();
    const watched = watchBody(response.body, (kind, bytes, failure) => {
      this.bodyBytes = bytes;
      if (failure !== undefined) {
        this.failure ??= failure;
        report(failure.error);
      }
      this.finish(kind, status);
    });
    return new Response(watched, response);
  }

  /** Nobody reads the body of an answer to HEAD. */
  #concludeHead(response: Response): Response {
    const head = response.body === null ? response : new Response(null, response);
    if (head !== response) discardBody(response);
    this.#finishAtOnce(response.status);
    return head;
  }

  #finishAtOnce(status: number): void {
    this.finish(this.request.signal.aborted ? 'aborted' : 'completed', status);
  }
}

/**
 * Whether the body may be a stream, which can fail, and at whose end somebody may yet begin to listen.
 *
 * Only Node is asked: what other runtimes send as a whole would become a stream by being watched.
 */
function mayStream(response: Response): boolean {
  return LightResponse !== Response && !isLight(response) && knownBody(response) === undefined;
}

/** Never taken for clean: a URL's path always is a target, and what a caller gives must be one. */
function readTarget(wire: string): ParsedTarget {
  const target = parseTarget(wire);
  if (target !== undefined) return target;
  throw new ViaductTypeError(
    'VIADUCT_E_CONTEXT',
    `createContext: "${wire}" is no request target. Write "/path?query".`,
  );
}

type BodyEnd = (kind: 'completed' | 'aborted', bytes: number, failure?: { readonly error: unknown }) => void;

/** The same bytes, pulled as they are asked for, with word of how they ended. */
function watchBody(body: ReadableStream<Uint8Array>, onEnd: BodyEnd): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) {
            bytes += value.byteLength;
            return controller.enqueue(value);
          }
          controller.close();
          onEnd('completed', bytes);
        } catch (error) {
          onEnd('completed', bytes, { error });
          throw error;
        }
      },
      async cancel(reason) {
        onEnd('aborted', bytes);
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
