import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RequestContext } from './context.js';
import type { ApplicationDescription } from './description.js';
import { ViaductTypeError } from './errors.js';

/**
 * The contract: what every server of Viaduct can run, and every combinator takes and returns.
 *
 * An application answers whatever it is asked. Both faces give the same status, headers and body
 * bytes for the same request.
 */
export interface Application {
  /** What messages and logs call it. */
  readonly name?: string;
  /** Web face: always there, runs on every runtime. */
  fetch(request: Request, context?: RequestContext): Response | Promise<Response>;
  /** Node face: the same answer given on Node's own objects, with no conversion. */
  handle?(request: IncomingMessage, response: ServerResponse): void | Promise<void>;
  /** Protocol switch (WebSocket). */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void | Promise<void>;
  /** Before the first request. A server waits for it before it opens its port. */
  start?(): void | Promise<void>;
  /** After the last request. */
  stop?(): void | Promise<void>;
  /** What it tells of itself, for `viaduct routes` and its like; never called for a request. A wrapper passes it on. */
  describe?(): ApplicationDescription;
}

/** An application written as one function. */
export type FetchHandler = (request: Request, context: RequestContext) => Response | Promise<Response>;

/**
 * The second face that a foreign `{ fetch }` object may have: its `fetch` takes its own runtime's
 * second argument (an environment, a server), which the contract replaces by the context.
 */
export interface FetchObject {
  // oxlint-disable-next-line typescript/no-explicit-any -- foreign frameworks type this argument each in their own way
  fetch(request: Request, ...rest: any[]): Response | Promise<Response>;
}

/** Whatever {@link toApplication} accepts. */
export type ApplicationLike = Application | FetchHandler | FetchObject;

/**
 * Brings whatever speaks the contract into one shape.
 *
 * `{ fetch, … }` → the same object; its `handle` counts as a Node face when it takes two arguments
 * (Elysia's `handle(request)` is something else), and is left out otherwise
 * `(request, context) => Response` → `{ fetch }`
 *
 * @param place What the value was given for, to begin a message with: `createDispatcher: mount "/api"`.
 * @throws {ViaductTypeError} `VIADUCT_E_APPLICATION` when it is neither, saying which bridge it needs.
 */
export function toApplication(value: ApplicationLike, place = 'toApplication'): Application {
  const candidate: unknown = value;
  if (isFetchObject(candidate)) return withoutForeignHandle(candidate);
  const wrong = misfit(candidate);
  if (wrong !== undefined) throw new ViaductTypeError('VIADUCT_E_APPLICATION', `${place}: ${wrong}`);
  const handler = candidate as FetchHandler;
  return handler.name === '' ? { fetch: handler as Application['fetch'] } : named(handler);
}

function named(handler: FetchHandler): Application {
  return { name: handler.name, fetch: handler as Application['fetch'] };
}

function isFetchObject(value: unknown): value is Application {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as { fetch?: unknown }).fetch === 'function'
  );
}

function withoutForeignHandle(application: Application): Application {
  const { handle } = application;
  if (handle === undefined || (typeof handle === 'function' && handle.length >= 2)) return application;
  let rest = withoutHandle.get(application);
  if (rest === undefined) {
    rest = copyWithoutHandle(application);
    withoutHandle.set(application, rest);
  }
  return rest;
}

/** One for each application: mounted twice, it starts once. */
const withoutHandle = new WeakMap<Application, Application>();

/** Members may be inherited, and are called on the application that they belong to. */
function copyWithoutHandle(application: Application): Application {
  const { name } = application;
  return {
    ...(typeof name === 'string' ? { name } : {}),
    fetch: (request, context) => application.fetch(request, context),
    ...bound(application, 'upgrade', Infinity),
    // One that takes an argument is a foreign framework's, as is Elysia's `stop(closeActiveConnections)`.
    ...bound(application, 'start', 0),
    ...bound(application, 'stop', 0),
    ...bound(application, 'describe', 0),
  };
}

function bound(
  application: Application,
  name: 'upgrade' | 'start' | 'stop' | 'describe',
  mostParameters: number,
): Partial<Application> {
  const member: unknown = application[name];
  if (typeof member !== 'function' || member.length > mostParameters) return {};
  return { [name]: member.bind(application) };
}

/** What is wrong with a value that has no `fetch`, and what to write instead; `undefined` for a fetch handler. */
function misfit(value: unknown): string | undefined {
  if (value === undefined || value === null) {
    return `the application is ${String(value)}. Was it exported, and is it made before it is mounted?`;
  }
  if (typeof value === 'function') {
    const members = value as { handle?: unknown; set?: unknown };
    if (typeof members.handle === 'function' && typeof members.set === 'function') {
      return 'this is an Express app. Write fromNode(app), from viaduct or @viaduct/node.';
    }
    if (/^class\b/.test(Function.prototype.toString.call(value))) {
      return `this is the class ${value.name}, not an application made from it. Write new ${value.name}().`;
    }
    return undefined;
  }
  if (typeof value !== 'object') return `${typeof value} ${String(value)} is not an application. ${EXPECTED}`;
  const members = value as { then?: unknown; routing?: unknown; callback?: unknown; default?: unknown };
  // Before promises: a Fastify instance has a `then` of its own.
  if (typeof members.routing === 'function') {
    return 'this is a Fastify instance. Write fromFastify(app), from @viaduct/fastify.';
  }
  if (typeof members.then === 'function') return 'this is a promise of an application. Await it first.';
  if (typeof members.callback === 'function') {
    return 'this is a Koa app. Write fromKoa(app), from @viaduct/koa.';
  }
  if (members.default !== undefined)
    return 'this is a module. Mount what it exports, such as module.default.';
  return `an object without a fetch method is not an application. ${EXPECTED}`;
}

const EXPECTED = 'Expected { fetch(request, context) } or a function (request, context) => Response.';
