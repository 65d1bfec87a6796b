import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { emitWarning, env, execArgv } from 'node:process';
import { type ApplicationLike, toApplication, ViaductError, ViaductTypeError } from '@viaduct/core';
import { checkLimits, Lifecycle } from '@viaduct/core/internal';
import { refuseWrongOptions, type ServeOptions, watchesStray } from './serve-options.js';
import { refuseConnect } from './connect.js';
import { delayContinue } from './continue.js';
import { Drain } from './drain.js';
import { useCoarseTimeouts } from './coarse-timeouts.js';
import { checkConnectionLimits, limitRequests, toServerOptions } from './connection-limits.js';
import { Deadline } from './deadline.js';
import { toEndpoint } from './endpoint.js';
import { firstAnswerOf } from './first-answer.js';
import { createHttpServer } from './http-server.js';
import { listen } from './listen.js';
import { replaceSecureContext, type SecureContext } from './secure-context.js';
import { StrayErrors } from './stray-errors.js';
import { createGateway, createListener } from './to-node.js';
import { createUpgradeListener, leavesHttp, trackForeignUpgrades } from './upgrade.js';
import { UpgradedSockets } from './upgraded-sockets.js';

/** A server that listens. */
export interface Server {
  /**
   * `http://localhost:3000`, with TLS `https://localhost:3000`: where a browser on this machine reaches it;
   * `unix:/run/shop.sock` for a UNIX socket.
   */
  readonly url: string;
  /** 0 for a UNIX socket. */
  readonly port: number;
  /**
   * The address it is bound to, as Node tells it: of a UNIX socket its path, or `fd:3` where it was inherited.
   */
  readonly address: AddressInfo | string;
  /** Node's own server underneath. */
  readonly httpServer: HttpServer;
  /**
   * Puts another certificate in the place of the one that is used, from the next connection on: those that are
   * open go on. What else was given as `tls` stays.
   *
   * @throws {ViaductTypeError} `VIADUCT_E_OPTION` when it cannot be used, or the server has no TLS; nothing has changed.
   */
  setSecureContext(context: SecureContext): void;
  /**
   * Stops gracefully: no new connections, `Connection: close` on every later response, requests under way
   * and `waitUntil` work are awaited until the deadline, then the applications stop.
   *
   * Later calls give the same promise, and may bring the deadline forward: `close({ timeoutMs: 0 })` cuts all
   * that is under way at once, also while an earlier `close()` waits for it.
   *
   * @throws {ViaductError} `VIADUCT_E_STOP` when an application fails to stop.
   */
  close(options?: CloseOptions): Promise<void>;
  /**
   * What `close()` had to cut. There once the drain is over, before the applications stop: also when one of
   * them fails to.
   */
  readonly closeReport: CloseReport | undefined;
}

export interface CloseOptions {
  /** How long requests under way may take, from now on. Default: `closeTimeoutMs`; in later calls, what remains of it. */
  readonly timeoutMs?: number;
}

/** What a server did not get to its end before the deadline; all 0 when nothing was lost. */
export interface CloseReport {
  /** Connections that were cut with a request under way. */
  readonly cutRequests: number;
  /** Connections of other protocols that were cut: WebSockets that did not close when asked to. */
  readonly cutUpgrades: number;
  /** Promises given to `waitUntil` that were not settled. */
  readonly unfinishedWork: number;
}

/**
 * Starts an application and serves it over HTTP/1.1, and over HTTP/2 where the options say so.
 *
 * The port opens when every `start()` is done, so that no request meets an application that is not ready.
 *
 * @returns When the server listens.
 * @throws {ViaductError} `VIADUCT_E_START` or `VIADUCT_E_START_TIMEOUT`, naming the mount and the cause; the
 * port was not opened. `VIADUCT_E_LISTEN` when the port is taken or not allowed; what had started is stopped.
 */
export async function serve(application: ApplicationLike, options: ServeOptions = {}): Promise<Server> {
  refuseWrongOptions(options);
  const endpoint = toEndpoint(options);
  const { startTimeoutMs = Infinity, closeTimeoutMs = 8_000 } = options;
  checkLimits({ startTimeoutMs }, 'serve');
  const runnable = toApplication(application, 'serve');
  const gateway = createGateway(options, 'serve');
  const limits = checkConnectionLimits(options, 'serve');
  const lifecycle = new Lifecycle([{ application: runnable, place: nameOf(runnable.name) }], {
    timeoutMs: startTimeoutMs,
  });
  warnOfLenientParser();
  const settings = {
    ...toServerOptions(limits),
    // Whatever the process was started with: a lenient parser lets requests be smuggled.
    insecureHTTPParser: false,
    ...(runnable.upgrade === undefined ? undefined : { shouldUpgradeCallback: leavesHttp }),
  };
  const { httpServer, sessions } = createHttpServer(options, settings, (error) => gateway.report(error));
  if (limits.maxConnections !== Infinity) httpServer.maxConnections = limits.maxConnections;
  // Beyond some 2,000 headers Node drops the rest without a word; the limit on the size of the head remains.
  httpServer.maxHeadersCount = 0;
  // Not in Node's documentation, and there since its first HTTP server.
  (httpServer as HttpServer & { httpAllowHalfOpen: boolean }).httpAllowHalfOpen =
    options.allowHalfOpen ?? false;
  useCoarseTimeouts(httpServer, options.tls !== undefined);
  const upgrades = new UpgradedSockets();
  const stray = new StrayErrors({
    gateway,
    server: httpServer,
    sessions,
    attributes: options.attributeStrayErrors ?? false,
    decide: typeof options.strayErrors === 'function' ? options.strayErrors : undefined,
    closeTimeoutMs,
    close,
  });
  const listener = limitRequests(
    stray.within(createListener(runnable, gateway, firstAnswerOf(options))),
    limits.maxRequestsPerConnection,
  );
  httpServer.on('request', listener);
  httpServer.on('checkContinue', (request, response) => {
    delayContinue(request, response);
    httpServer.emit('request', request, response);
  });
  httpServer.on('connect', (request, socket) => {
    upgrades.track(socket, request);
    refuseConnect(request, socket);
  });
  if (runnable.upgrade !== undefined) {
    const upgrade = createUpgradeListener(runnable, {
      gateway,
      server: httpServer,
      upgrades,
      origins: options.webSocketOrigins,
    });
    httpServer.on('upgrade', stray.within(upgrade));
  } else {
    trackForeignUpgrades(httpServer, upgrades);
  }
  const isSecure = options.tls !== undefined;
  const drain = new Drain({ server: httpServer, listener, upgrades, sessions, isSecure });

  const deadline = new Deadline();
  let closed: Promise<void> | undefined;
  let closeReport: CloseReport | undefined;
  async function stop(): Promise<void> {
    const cut = await drain.run(deadline);
    await deadline.before(gateway.settled());
    deadline.clear();
    closeReport = {
      cutRequests: cut.requests,
      cutUpgrades: cut.upgrades,
      unfinishedWork: gateway.pendingWork,
    };
    await lifecycle.stop().finally(() => stray.unwatch());
  }
  function close({ timeoutMs }: CloseOptions = {}): Promise<void> {
    if (timeoutMs !== undefined) deadline.bringForward(checkTimeout(timeoutMs));
    else if (closed === undefined) deadline.bringForward(closeTimeoutMs);
    return (closed ??= stop());
  }

  if (watchesStray(options)) stray.watch();
  await lifecycle
    .start({ mounts: [], report: (error, info) => gateway.report(error, info) })
    .catch((error: unknown) => {
      stray.unwatch();
      tellInnermost(error);
    });
  const address = await listen(httpServer, endpoint).catch(async (error: unknown) => {
    stray.unwatch();
    await lifecycle.stop();
    throw error;
  });

  return {
    url: urlOf(address, options.tls === undefined ? 'http' : 'https'),
    port: typeof address === 'string' ? 0 : address.port,
    address,
    httpServer,
    setSecureContext: (context) => replaceSecureContext(httpServer, options.tls, context),
    get closeReport() {
      return closeReport;
    },
    close,
  };
}

function warnOfLenientParser(): void {
  const flags = [...execArgv, env['NODE_OPTIONS'] ?? ''].join(' ');
  if (!flags.includes('--insecure-http-parser')) return;
  emitWarning(
    'serve: this process was started with --insecure-http-parser. This server parses strictly all the same.',
    {
      type: 'ViaductWarning',
      code: 'VIADUCT_W_INSECURE_PARSER',
    },
  );
}

/** A dispatcher has named the mount that failed already. */
function tellInnermost(error: unknown): never {
  const { cause } = error as Error;
  throw cause instanceof ViaductError && cause.code.startsWith('VIADUCT_E_START') ? cause : error;
}

function nameOf(name: string | undefined): string {
  return name === undefined ? 'the application' : `application "${name}"`;
}

/** An address that means every interface is no address to click on. */
function urlOf(bound: AddressInfo | string, protocol: 'http' | 'https'): string {
  if (typeof bound === 'string') return bound.startsWith('fd:') ? bound : `unix:${bound}`;
  const { address, port, family } = bound;
  if (address === '::' || address === '0.0.0.0') return `${protocol}://localhost:${port}`;
  return `${protocol}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function checkTimeout(timeoutMs: unknown): number {
  if (typeof timeoutMs === 'number' && timeoutMs >= 0) return timeoutMs;
  throw new ViaductTypeError(
    'VIADUCT_E_OPTION',
    `close: timeoutMs is ${String(timeoutMs)}. Write a number of milliseconds: 0 cuts at once, Infinity waits for all.`,
  );
}
