import {
  type ApplicationLike,
  createDispatcher,
  type Outcome,
  type RequestContext,
  withHooks,
} from '@viaduct/core';
import { setTimeLimit } from '@viaduct/core/internal';
import { requestOnHttp2 } from './http2-request.js';
import { requestOnNode } from './node-request.js';

/** What {@link request} takes besides the application and the path; the rest is as for `fetch`. */
export interface RequestOptions extends RequestInit {
  /** Which face to ask; `http2` is the Node face behind a server for HTTP/2. Default: `web`. */
  readonly face?: 'web' | 'node' | 'http2';
  /** Where the application is mounted: `/a/b`. Default: at the root. */
  readonly basePath?: string;
  /** How long `outcome` waits for the end. Default 5,000. */
  readonly timeoutMs?: number;
}

/** What came of a request. */
export interface Sent {
  readonly response: Response;
  /** The context that the application was given; `undefined` where the request was refused before it. */
  readonly context: RequestContext | undefined;
  /**
   * How the exchange ended, once every `onFinished` callback has been called. It ends with the response's
   * body: read it or cancel it first.
   */
  readonly outcome: Promise<Outcome>;
  /** What `onError` would have been told, in order. */
  readonly errors: readonly unknown[];
}

/**
 * Sends a request to an application, in memory: no port is opened.
 *
 * The web face is called with a `Request`. The Node face runs behind Node's own HTTP server, whose
 * connection is a pair of streams: the bytes on the wire, the parser, `req` and `res` are the real ones.
 *
 * `start()` is not called: call it before, where an application needs it.
 *
 * @param target A path such as `/shop?id=1` (on the Node face, it is the very request target), or a `Request`.
 * @example
 * const { response, outcome } = await request(application, '/users/7', { method: 'DELETE' });
 * assert.equal(response.status, 204);
 * assert.equal((await outcome).kind, 'completed');
 */
export async function request(
  application: ApplicationLike,
  target: string | Request,
  options: RequestOptions = {},
): Promise<Sent> {
  const { face = 'web', basePath = '/', timeoutMs = 5_000, ...init } = options;
  const errors: unknown[] = [];
  const end = new End();
  let context: RequestContext | undefined;
  const watched = withHooks(application, {
    onRequest(_, given) {
      context = given;
    },
    onFinished: (outcome) => end.come(outcome),
  });
  const entry = createDispatcher({ [basePath]: watched }, { onError: (error) => errors.push(error) });

  const message = toMessage(target, init);
  const response =
    face === 'web' ? await entry.fetch(message) : await WIRES[face](entry, message, targetOf(target));
  if (context === undefined) end.come({ kind: 'completed', status: response.status });
  return { response, context, outcome: end.within(timeoutMs, () => describe(message, response)), errors };
}

const WIRES = { node: requestOnNode, http2: requestOnHttp2 };

function toMessage(target: string | Request, init: RequestInit): Request {
  if (typeof target !== 'string') return new Request(target, init);
  const isStream = typeof init.body === 'object' && init.body !== null && 'getReader' in init.body;
  return new Request(`http://localhost${target}`, isStream ? { duplex: 'half', ...init } : init);
}

function targetOf(target: string | Request): string {
  if (typeof target === 'string') return target;
  const { pathname, search } = new URL(target.url);
  return pathname + search;
}

/** What is known of an exchange that does not end. */
function describe({ method, url }: Request, response: Response): string {
  const { body, bodyUsed } = response;
  const reason =
    body !== null && !bodyUsed
      ? 'the body of its response was not read. Call response.text(), or response.body.cancel().'
      : 'the application has not ended its answer, or something keeps the body of the response open.';
  return `${method} ${new URL(url).pathname}: ${reason}`;
}

/** The end of an exchange, which may come before or after somebody asks for it. */
class End {
  readonly #outcome: Promise<Outcome>;
  #resolve: (outcome: Outcome) => void = () => undefined;

  constructor() {
    this.#outcome = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  come(outcome: Outcome): void {
    this.#resolve(outcome);
  }

  within(timeoutMs: number, describeOpen: () => string): Promise<Outcome> {
    let timer: ReturnType<typeof setTimeLimit>;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeLimit(timeoutMs, () => {
        reject(new Error(`did not end within ${timeoutMs} ms: ${describeOpen()}`));
      });
      timer?.unref();
    });
    const outcome = Promise.race([this.#outcome, timeout]).finally(() => clearTimeout(timer));
    // Who does not ask for the outcome shall not hear of the timeout either.
    outcome.catch(() => undefined);
    return outcome;
  }
}
