import { AsyncLocalStorage } from 'node:async_hooks';
import type { Server } from 'node:http';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import type { ErrorInfo, Suspect } from '@viaduct/core';
import { answersOf, type Gateway, nodeContextOf, POINT, type RecordedRequest } from '@viaduct/core/internal';
import type { Http2Sessions } from './http2-sessions.js';

/** How long applications may take to stop, after the requests under way have ended or were cut. */
const STOP_GRACE_MS = 2_000;

export interface StrayErrorsOptions {
  readonly gateway: Gateway;
  readonly server: Server;
  /** Its connections that speak HTTP/2, if any do. */
  readonly sessions: Http2Sessions | undefined;
  /** Keeps the request with everything that its handling sets going. */
  readonly attributes: boolean;
  /** What becomes of the process is decided there, once `onError` was told; without it, the server drains and the process ends. */
  readonly decide: ((error: unknown) => void) | undefined;
  /** How long `close` may take, its applications aside. */
  readonly closeTimeoutMs: number;
  close(): Promise<void>;
}

type StrayKind = NonNullable<ErrorInfo['stray']>;

/**
 * What happens to a server when something is thrown, or rejects, that no request's own code catches: in a
 * timer, in an event listener, in a promise that nobody awaits.
 *
 * It is reported, the server drains, and the process exits with code 1: after an uncaught exception nobody
 * knows which state the process is in (Node's documentation of `uncaughtException`), but it can finish what
 * it has begun. A supervisor starts it anew.
 */
export class StrayErrors {
  readonly #options: StrayErrorsOptions;
  readonly #requests: AsyncLocalStorage<RecordedRequest> | undefined;

  constructor(options: StrayErrorsOptions) {
    this.#options = options;
    this.#requests = options.attributes ? new AsyncLocalStorage() : undefined;
  }

  /** Lets a listener of the server run so that what strays from it is known to be of its request. */
  within<Rest extends readonly unknown[]>(
    listener: (request: RecordedRequest, ...rest: Rest) => void,
  ): (request: RecordedRequest, ...rest: Rest) => void {
    const requests = this.#requests;
    if (requests === undefined) return listener;
    return (request, ...rest) => requests.run(request, listener, request, ...rest);
  }

  /** Listens to the process, until {@link unwatch}. */
  watch(): void {
    if (watching.size === 0) {
      process.on('uncaughtException', onUncaughtException);
      process.on('unhandledRejection', onUnhandledRejection);
    }
    watching.add(this);
  }

  unwatch(): void {
    watching.delete(this);
    if (watching.size > 0) return;
    process.off('uncaughtException', onUncaughtException);
    process.off('unhandledRejection', onUnhandledRejection);
  }

  /** The request that an error strayed from, where that is known. */
  get request(): RecordedRequest | undefined {
    return this.#requests?.getStore();
  }

  /** The applications with requests under way. */
  suspects(): Suspect[] {
    const found = new Map<unknown, Suspect>();
    for (const request of this.#requestsUnderWay()) {
      const point = request[POINT];
      const application = point?.mounts.at(-1)?.application;
      if (point === undefined || application === undefined) continue;
      found.set(point, { application, mounts: point.mounts.map(({ key }) => key) });
    }
    return [...found.values()];
  }

  *#requestsUnderWay(): Generator<RecordedRequest, void, undefined> {
    const { server, sessions } = this.#options;
    for (const { req: request } of answersOf(server)) yield request;
    if (sessions !== undefined) yield* sessions.requests();
  }

  report(error: unknown, stray: StrayKind, suspects: readonly Suspect[]): void {
    const { request } = this;
    if (request?.[POINT] !== undefined)
      nodeContextOf(request).point.report(error, nodeContextOf(request), { stray });
    else this.#options.gateway.report(error, { mounts: [], stray, suspects });
  }

  /** @returns Whether somebody else sees to it what becomes of the process. */
  leave(error: unknown): boolean {
    this.#options.decide?.(error);
    return this.#options.decide !== undefined;
  }

  /** Resolves when everything has ended, or might not end. */
  async end(): Promise<void> {
    const { close, closeTimeoutMs } = this.#options;
    const closed = close().catch((error: unknown) => this.#options.gateway.report(error));
    await Promise.race([closed, delay(closeTimeoutMs + STOP_GRACE_MS, undefined, { ref: false })]);
  }
}

/** The servers of this process that asked for it. One pair of listeners serves all of them. */
const watching = new Set<StrayErrors>();
let isEnding = false;

function onUncaughtException(error: unknown, origin: StrayKind): void {
  handle(error, origin);
}

function onUnhandledRejection(reason: unknown): void {
  handle(reason, 'unhandledRejection');
}

function handle(error: unknown, stray: StrayKind): void {
  report(error, stray);
  const ending = [...watching].filter((each) => !each.leave(error));
  if (isEnding || ending.length === 0) return;
  isEnding = true;
  process.exitCode = 1;
  void Promise.all(ending.map((each) => each.end())).then(() => process.exit(1));
}

/** To the server whose request it strayed from, else to those with requests under way, else to all. */
function report(error: unknown, stray: StrayKind): void {
  const all = Array.from(watching, (each) => ({ each, suspects: each.suspects() }));
  const known = all.filter(({ each }) => each.request !== undefined);
  const busy = all.filter(({ suspects }) => suspects.length > 0);
  const concerned = [known, busy, all].find(({ length }) => length > 0) ?? [];
  for (const { each, suspects } of concerned) each.report(error, stray, suspects);
}
