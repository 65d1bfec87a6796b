import type { ApplicationLike, ErrorListener } from '@viaduct/core';
import { createHosting } from '@viaduct/node/internal';
import { routeDepth } from './route-depth.js';
import { sendAnswer } from './send-answer.js';
import type { KoaHostContext, KoaMiddleware } from './shapes.js';

/** What {@link toKoa} takes besides the application. */
export interface ToKoaOptions {
  /**
   * `false` (default): composing, the middleware around it sees status, headers and body, and may change them.
   * `true`: Node's own `req` and `res` are handed over, at full speed; what the middleware around it changes
   * afterwards comes too late.
   */
  readonly native?: boolean;
  /** `true` (default): the application sees the path below where it is mounted; `false`: the whole path. */
  readonly strip?: boolean;
  /** Values of the host's for the application's `context.state`, such as the user that it has found. */
  // oxlint-disable-next-line typescript/no-explicit-any -- the context is the user's, extended in ways that only they know
  readonly state?: (ctx: any) => object;
  /** Told of every failure that no dispatcher inside listens to. Default: `console.error`. */
  readonly onError?: ErrorListener;
}

/** A Koa middleware that runs an application. Koa has no life cycle: without `start()`, the first request starts it. */
export interface HostedInKoa extends KoaMiddleware {
  /** Starts the application: to be awaited before the server listens. */
  start(): Promise<void>;
  /** Stops it: to be called when the server has closed. */
  stop(): Promise<void>;
}

/**
 * Makes a Koa middleware of an application.
 *
 * `app.use(toKoa(application))` → every path
 * `app.use(mount('/legacy', toKoa(application)))` → mounted at `/legacy`, sees the path below
 * `router.all('/shop/{*path}', toKoa(application))` → mounted at `/shop`: what stands before the wildcard
 *
 * The application answers whatever it is asked, with its own 404 too: `next` is not called. What it throws
 * goes to Koa's error handling.
 *
 * @throws {ViaductTypeError} `VIADUCT_E_APPLICATION` when it is no application.
 */
export function toKoa(application: ApplicationLike, options: ToKoaOptions = {}): HostedInKoa {
  const hosting = createHosting(application, 'toKoa', options);
  const { native = false, state } = options;

  async function middleware(ctx: KoaHostContext, next: () => Promise<unknown>): Promise<void> {
    const { req, res, originalUrl } = ctx;
    // `OPTIONS *` asks the server, and no path.
    if (originalUrl === '*') return void (await next());
    const arrival = hosting.arrive(req, res, originalUrl, routeDepth(ctx, middleware));
    if (state !== undefined) Object.assign(arrival.context.state, state(ctx));
    if (!hosting.isRunning) await hosting.start();
    if (!native) return sendAnswer(ctx, await hosting.answer(arrival));
    ctx.respond = false;
    // Koa's own default until something has been answered.
    res.statusCode = 200;
    return new Promise((resolve) => {
      hosting.handOver(arrival, resolve);
    });
  }

  return Object.assign(middleware, { start: hosting.start, stop: hosting.stop });
}
