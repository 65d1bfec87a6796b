/**
 * What the bridge needs of a Fastify instance. A shape, so that any server, logger and type provider
 * generics and any minor version fit without a cast.
 */
export interface FastifyApp {
  // oxlint-disable-next-line typescript/no-explicit-any -- http, https and http2 instances take requests of their own
  routing(request: any, response: any): void;
  ready(): PromiseLike<unknown>;
  close(): PromiseLike<unknown>;
}

/** A plugin, of any options and instance generics. */
// oxlint-disable-next-line typescript/no-explicit-any -- the instance's generics are the user's
export type FastifyPlugin = (instance: any, options: any, done: any) => unknown;
