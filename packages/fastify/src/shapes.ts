import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/**
 * What the bridge needs of a Fastify instance. A shape, so that any server, logger and type provider
 * generics and any minor version fit without a cast.
 */
export interface FastifyApp {
  // oxlint-disable-next-line typescript/no-explicit-any -- http, https and http2 instances take requests of their own
  routing(request: any, response: any): void;
  ready(): PromiseLike<unknown>;
  close(): PromiseLike<unknown>;
  readonly server: { emit(event: 'upgrade', ...rest: readonly unknown[]): boolean };
}

/** A plugin, of any options and instance generics. */
// oxlint-disable-next-line typescript/no-explicit-any -- the instance's generics are the user's
export type FastifyPlugin = (instance: any, options: any, done: any) => unknown;

/** What an application inside a Fastify instance needs of it. Methods, so that all generics fit. */
export interface FastifyHost {
  readonly prefix: string;
  readonly supportedMethods: string[];
  removeAllContentTypeParsers(): void;
  // oxlint-disable-next-line typescript/no-explicit-any -- overloaded by the instance's generics
  addContentTypeParser(type: string, parser: (request: any, payload: any, done: any) => void): unknown;
  // oxlint-disable-next-line typescript/no-explicit-any -- overloaded by the name of the hook
  addHook(name: any, hook: () => Promise<void>): unknown;
  // oxlint-disable-next-line typescript/no-explicit-any -- methods have a type of their own
  hasRoute(route: any): boolean;
  // oxlint-disable-next-line typescript/no-explicit-any -- the route's generics are the instance's
  route(options: any): unknown;
}

export type FastifyHostHandler = (request: FastifyHostRequest, reply: FastifyHostReply) => void;

export interface FastifyHostRequest {
  readonly raw: IncomingMessage;
  /** The target before the host's `rewriteUrl`. */
  readonly originalUrl: string;
}

export interface FastifyHostReply {
  readonly raw: ServerResponse;
  getHeader(name: string): number | string | string[] | undefined;
  getHeaders(): OutgoingHttpHeaders;
  hasHeader(name: string): boolean;
  header(name: string, value: string | string[]): unknown;
  hijack(): unknown;
  send(payload: unknown): unknown;
}

/** What an instance tells of its routes. */
export interface DescribedFastifyApp extends FastifyApp {
  readonly supportedMethods: readonly string[];
  readonly initialConfig?: Readonly<Record<string, unknown>> & {
    readonly routerOptions?: Readonly<Record<string, unknown>>;
  };
  printRoutes(): string;
  hasRoute(route: { method: string; url: string; constraints: object }): boolean;
}
