import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * What the bridge needs of a Koa app. A shape, so that any state and context types and any minor
 * version fit, and two copies of Koa do no harm.
 */
export interface KoaApp {
  callback(): (request: IncomingMessage, response: ServerResponse) => unknown;
}

/** A middleware of any state and context types. */
// oxlint-disable-next-line typescript/no-explicit-any -- the context is the user's, extended in ways that only they know
export type KoaMiddleware = (context: any, next: () => Promise<any>) => any;

/** What an application inside a Koa app needs of the context it is called with. */
export interface KoaHostContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly response: KoaResponse;
  readonly originalUrl: string;
  respond?: boolean;
}

/** Of Koa's own response, what an answer is put on. */
interface KoaResponse {
  status: number;
  message: string;
  body: unknown;
}
