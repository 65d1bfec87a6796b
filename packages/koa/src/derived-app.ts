import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KoaApp } from './shapes.js';

/** The members of a Koa app that a derived one overrides; the rest it inherits, as it is at every moment. */
interface KoaInside extends KoaApp {
  context: object;
  createContext(request: IncomingMessage, response: ServerResponse): KoaContext;
  listenerCount(event: string): number;
  on(event: string, listener: unknown): unknown;
  onerror: unknown;
}

interface KoaContext {
  app: unknown;
  originalUrl: string | undefined;
  request: { app: unknown; originalUrl: string | undefined };
  response: { app: unknown };
  res: ServerResponse;
  onerror(error: unknown): void;
}

/**
 * A Koa app that inherits everything from the user's and mends two things, without touching it:
 * `originalUrl` is that of the request and not the stripped `url`, and `throw undefined`, which Koa never
 * answers, is answered like any other error.
 */
export function deriveApp(app: KoaApp): KoaApp {
  const base = app as KoaInside;
  // On the user's app, as its own callback() would: added to the derived one it would be lost to ctx.app.
  if (base.listenerCount('error') === 0) base.on('error', base.onerror);
  const derived = Object.create(base) as KoaInside;
  derived.context = deriveContext(base.context as KoaContext);
  derived.createContext = function createContext(
    request: IncomingMessage & { originalUrl?: string },
    response,
  ) {
    const context = base.createContext.call(derived, request, response);
    context.app = context.request.app = context.response.app = base;
    context.originalUrl = context.request.originalUrl = request.originalUrl ?? request.url;
    return context;
  };
  return derived;
}

/** Koa calls `ctx.onerror()` also at the end of every answer, with nothing: only an open answer means a falsy error. */
function deriveContext(base: KoaContext): object {
  const derived = Object.create(base) as KoaContext;
  derived.onerror = function onerror(this: KoaContext, error: unknown) {
    const isFalsyError =
      (error === undefined || error === null) &&
      !this.res.writableEnded &&
      !this.res.destroyed &&
      !isHeadOverHttp2(error, this.res.req);
    base.onerror.call(this, isFalsyError ? new Error(`non-error thrown: ${String(error)}`) : error);
  };
  return derived;
}

/** Node ends the stream of such a request as it begins, and Koa is told of it with `null` as of any other end. */
function isHeadOverHttp2(error: undefined | null, request: IncomingMessage): boolean {
  return error === null && request.httpVersionMajor >= 2 && request.method === 'HEAD';
}
