import type { IncomingMessage } from 'node:http';
import { ViaductTypeError } from './errors.js';
import type { Exchange, RequestState } from './exchange.js';
import { Gateway } from './gateway.js';
import { MountPoint } from './mount-point.js';
import { NodeExchange } from './node-exchange.js';
import type { FinishedCallback } from './outcome.js';
import { CONTEXT, POINT, type RecordedRequest } from './request-record.js';
import { pathBelow, searchOf, targetBelow, wireOf } from './target.js';
import { WebExchange, type WebExchangeOptions } from './web-exchange.js';

/** What an application knows of its request beyond the web types: WSGI's `environ`, trimmed. */
export interface RequestContext {
  /** Where the application is mounted: `''` or `/a/b`, never `/` (WSGI `SCRIPT_NAME`). */
  readonly basePath: string;
  /** The rest: `''` or begins with `/` (WSGI `PATH_INFO`). `basePath + path` is the canonical path. */
  readonly path: string;
  /** The request target as it came on the wire. */
  readonly target: string;
  /** The full original URL, built of a validated host: what links are made from. */
  readonly url: string;
  /** Address of the client, where the runtime tells. */
  readonly clientAddress: string | undefined;
  readonly protocol: 'http' | 'https';
  /** Host and port as the client asked for them. */
  readonly host: string;
  /** Aborted when the client goes away or the request times out. */
  readonly signal: AbortSignal;
  /** Values shared by every application and middleware on this request's way. */
  readonly state: RequestState;
  /** What another runtime passed to the outermost application: Bun's server, a Worker's environment. */
  readonly runtime: unknown;
  /**
   * Runs `callback(outcome)` exactly once, however the request ends; the one registered last runs first.
   * Registered after the end, it runs at once.
   */
  onFinished(callback: FinishedCallback): void;
  /** Keeps work that outlives the response: stopping waits for it. */
  waitUntil(promise: Promise<unknown>): void;
}

/** The one implementation: an exchange, seen from where an application is mounted. */
export class Context implements RequestContext {
  readonly exchange: Exchange;
  readonly point: MountPoint;

  constructor(exchange: Exchange, point: MountPoint) {
    this.exchange = exchange;
    this.point = point;
  }

  get basePath(): string {
    return this.point.basePath;
  }

  get path(): string {
    return pathBelow(this.exchange.target, this.point.basePath);
  }

  get target(): string {
    return wireOf(this.exchange.target);
  }

  get url(): string {
    return `${this.#origin}${this.basePath}${this.path || this.#rootPath}${searchOf(this.exchange.target)}`;
  }

  get clientAddress(): string | undefined {
    return this.exchange.clientAddress;
  }

  get protocol(): 'http' | 'https' {
    return this.exchange.protocol;
  }

  get host(): string {
    return this.exchange.host;
  }

  get signal(): AbortSignal {
    return this.exchange.signal;
  }

  get state(): RequestState {
    return this.exchange.state;
  }

  get runtime(): unknown {
    return this.exchange.runtime;
  }

  onFinished(callback: FinishedCallback): void {
    if (typeof callback !== 'function') {
      throw new ViaductTypeError(
        'VIADUCT_E_CONTEXT',
        `context.onFinished: expected a function (outcome) => void, got ${typeof callback}.`,
      );
    }
    this.exchange.onFinished(callback, this);
  }

  waitUntil(promise: Promise<unknown>): void {
    this.point.gateway.waitUntil(promise, (error) => this.point.report(error, this));
  }

  /** The same request, seen from a mount below or beside. */
  at(point: MountPoint): Context {
    return point === this.point ? this : new Context(this.exchange, point);
  }

  /** The URL that a web application mounted here is given: the original one without the base path. */
  get mountedUrl(): string {
    const { target } = this.exchange;
    const below = targetBelow(target, this.basePath);
    const fragment = below.indexOf('#');
    const url = this.#origin + (fragment === -1 ? below : below.slice(0, fragment));
    // A URL resolves dots, and `/.//evil.example` begins with two slashes then.
    return this.basePath === '' || typeof target === 'string' ? url : withOneSlash(new URL(url).href);
  }

  get #origin(): string {
    return `${this.protocol}://${this.host}`;
  }

  get #rootPath(): string {
    return this.basePath === '' ? '/' : '';
  }
}

/** `http://host//path` → `http://host/path` */
function withOneSlash(url: string): string {
  return url.replace(/^(https?:\/\/[^/]+)\/{2,}/, '$1/');
}

/**
 * The context of a Node request, from anywhere it is in hand: a Node face, a Fastify handler
 * (`contextOf(request.raw)`), a Koa middleware (`contextOf(ctx.req)`).
 *
 * Built when first asked for, and again where the request arrives at another mount; all share state,
 * signal and callbacks.
 *
 * @throws {ViaductTypeError} `VIADUCT_E_CONTEXT` when the request did not come through Viaduct.
 */
export function contextOf(request: IncomingMessage): RequestContext {
  return nodeContextOf(request);
}

/** {@link contextOf}, with what the inside of Viaduct needs. */
export function nodeContextOf(request: RecordedRequest): Context {
  const point = request[POINT];
  if (point === undefined) {
    throw new ViaductTypeError(
      'VIADUCT_E_CONTEXT',
      'contextOf: this request did not come through Viaduct. Pass the very req that Node made ' +
        '(request.raw in Fastify, ctx.req in Koa), and run the app behind serve(), toNode() or a dispatcher.',
    );
  }
  const latest = request[CONTEXT];
  if (latest !== undefined && latest.point === point) return latest;
  const context = new Context(latest?.exchange ?? new NodeExchange(request), point);
  request[CONTEXT] = context;
  return context;
}

/** What {@link createContext} takes besides the request. */
export interface CreateContextOptions extends WebExchangeOptions {
  /** Where the application is mounted: `''` or `/a/b`. Default `''`. */
  readonly basePath?: string;
}

/**
 * A context for calling an application's web face by hand: in tests, in another runtime, in a server of one's own.
 *
 * The request's URL is the whole URL: `basePath` says how much of its path leads to the application.
 *
 * @throws {ViaductTypeError} `VIADUCT_E_CONTEXT` for a base path or target that is none.
 */
export function createContext(request: Request, options: CreateContextOptions = {}): RequestContext {
  checkBasePath(options.basePath);
  return new Context(new WebExchange(request, options), new MountPoint(new Gateway(), options.basePath));
}

/** Joined with a path, it must give one: `/` or `/shop/` would leave a path that begins with no slash. */
function checkBasePath(basePath = ''): void {
  if (basePath === '' || /^(?:\/[^/?#]+)+$/.test(basePath)) return;
  throw new ViaductTypeError(
    'VIADUCT_E_CONTEXT',
    `createContext: basePath is ${JSON.stringify(basePath)}. Write "" at the root, else "/a/b", without a slash at the end.`,
  );
}

/** Whether a proxy that the server trusts has sent the request: then its headers about the request may be believed. */
export function isFromTrustedProxy(context: RequestContext): boolean {
  return isContext(context) && context.exchange.isFrom(context.point.gateway.forwarding);
}

/** By shape, since another copy of this package has another class. */
export function isContext(value: unknown): value is Context {
  return (
    typeof value === 'object' &&
    value !== null &&
    'exchange' in value &&
    'point' in value &&
    'onFinished' in value
  );
}
