import type { IncomingMessage, ServerResponse } from 'node:http';
import { queueFinished } from './finished-queue.js';
import type { KoaApp } from './shapes.js';

/** The members of a Koa app that are needed here; whatever else it has, the derived one inherits. */
interface KoaInside extends KoaApp {
  readonly context: KoaContext;
  createContext(request: IncomingMessage, response: ServerResponse): KoaContext;
  listenerCount(event: string): number;
  on(event: string, listener: unknown): unknown;
  onerror: unknown;
}

interface KoaContext {
  originalUrl: string | undefined;
  readonly request: { originalUrl: string | undefined };
  readonly res: ServerResponse;
  onerror(error: unknown): unknown;
}

/**
 * A Koa app that inherits everything from the user's and mends two things on each context, without touching
 * the app: `originalUrl` is that of the request and not the stripped `url`, and `throw undefined`, which Koa
 * never answers, is answered like any other error.
 *
 * The context is made by the user's app, so that `ctx.app` and what contexts inherit are right at once: a
 * prototype of ours between them, and `app` set again, cost a request 2 % of its time.
 */
export function deriveApp(app: KoaApp): KoaApp {
  const base = app as KoaInside;
  // On the user's app, as its own callback() would: added to the derived one it would be lost to ctx.app.
  if (base.listenerCount('error') === 0) base.on('error', base.onerror);
  const derived = Object.create(base) as KoaInside;
  derived.createContext = function createContext(
    request: IncomingMessage & { originalUrl?: string },
    response,
  ) {
    if (request.httpVersionMajor < 2) queueFinished(response);
    const context = base.createContext(request, response);
    const { originalUrl } = request;
    if (originalUrl !== undefined && originalUrl !== context.originalUrl) {
      context.originalUrl = context.request.originalUrl = originalUrl;
    }
    context.onerror = answerFalsyErrors;
    return context;
  };

  /** Koa calls it also at the end of every answer, with nothing: only an open answer means a falsy error. */
  function answerFalsyErrors(this: KoaContext, error: unknown): unknown {
    const isFalsyError =
      (error === undefined || error === null) &&
      !this.res.writableEnded &&
      !this.res.destroyed &&
      !isHeadOverHttp2(error, this.res.req);
    const told = isFalsyError ? new Error(`non-error thrown: ${String(error)}`) : error;
    // What it gives may be a promise, which Koa passes on with its own.
    return base.context.onerror.call(this, told);
  }
  return derived;
}

/** Node ends the stream of such a request as it begins, and Koa is told of it with `null` as of any other end. */
function isHeadOverHttp2(error: undefined | null, request: IncomingMessage): boolean {
  return error === null && request.httpVersionMajor >= 2 && request.method === 'HEAD';
}
