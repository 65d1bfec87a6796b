import type { IncomingMessage, ServerResponse } from 'node:http';
import Koa from 'koa';
import type { KoaApp } from './shapes.js';

/** The members of a Koa app that are needed here; whatever else it has, the derived one inherits. */
interface KoaInside extends KoaApp {
  readonly context: KoaContext;
  /** Of an app that keeps its contexts in an `AsyncLocalStorage`. */
  readonly ctxStorage?: unknown;
  readonly handleRequest: unknown;
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

/** What `callback()` gives. */
type KoaHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Told of an error that the error handling of an app threw itself. */
export type FailureListener = (error: unknown, request: IncomingMessage, response: ServerResponse) => void;

/**
 * A Koa app that inherits everything from the user's and mends two things on each context, without touching
 * the app: `originalUrl` is that of the request and not the stripped `url`, and `throw undefined`, which Koa
 * never answers, is answered like any other error.
 *
 * The context is made by the user's app, so that `ctx.app` and what contexts inherit are right at once: a
 * prototype of ours between them, and `app` set again, cost a request 2 % of its time.
 */
function deriveApp(app: KoaApp, onFailure: FailureListener): KoaInside {
  const base = app as KoaInside;
  // On the user's app, as its own callback() would: added to the derived one it would be lost to ctx.app.
  if (base.listenerCount('error') === 0) base.on('error', base.onerror);
  const derived = Object.create(base) as KoaInside;
  derived.createContext = function createContext(
    request: IncomingMessage & { originalUrl?: string },
    response,
  ) {
    const context = base.createContext(request, response);
    const { originalUrl } = request;
    if (originalUrl !== undefined && originalUrl !== context.originalUrl) {
      context.originalUrl = context.request.originalUrl = originalUrl;
    }
    context.onerror = answerErrors;
    return context;
  };

  /** Koa calls it also at the end of every answer, with nothing: only an open answer means a falsy error. */
  function answerErrors(this: KoaContext, error: unknown): void {
    const { res } = this;
    const isFalsyError =
      (error === undefined || error === null) &&
      !res.writableEnded &&
      !res.destroyed &&
      !isHeadOverHttp2(error, res.req);
    const told = isFalsyError ? new Error(`non-error thrown: ${String(error)}`) : error;
    try {
      const handling = base.context.onerror.call(this, told);
      if (handling !== undefined)
        Promise.resolve(handling).catch((failure: unknown) => onFailure(failure, res.req, res));
    } catch (failure) {
      onFailure(failure, res.req, res);
    }
  }
  return derived;
}

/**
 * The handler of a Koa app, derived as described.
 *
 * The promise of an app that answers in Koa's own way is kept back: it tells nothing, since the context's error
 * handler, by which alone it could reject, is ours; and whoever is given a promise has to watch it.
 */
export function createHandler(app: KoaApp, onFailure: FailureListener): KoaHandler {
  const derived = deriveApp(app, onFailure);
  const callback = derived.callback() as KoaHandler;
  const { prototype } = Koa as unknown as { readonly prototype: KoaInside };
  const isKoasOwn =
    derived.callback === prototype.callback &&
    derived.handleRequest === prototype.handleRequest &&
    !derived.ctxStorage;
  return isKoasOwn ? (request, response) => void callback(request, response) : callback;
}

/** Node ends the stream of such a request as it begins, and Koa is told of it with `null` as of any other end. */
function isHeadOverHttp2(error: undefined | null, request: IncomingMessage): boolean {
  return error === null && request.httpVersionMajor >= 2 && request.method === 'HEAD';
}
