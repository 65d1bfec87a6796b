import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { emitWarning, env, execArgv } from 'node:process';
import { type ApplicationLike, toApplication, ViaductError, ViaductTypeError } from '@viaduct/core';
import { Lifecycle } from '@viaduct/core/internal';
import { refuseConnect } from './connect.js';
import { delayContinue } from './continue.js';
import { Drain } from './drain.js';
import { listen } from './listen.js';
import type { AllowedOrigins } from './origin.js';
import { createGateway, createListener, type ToNodeOptions } from './to-node.js';
import { createUpgradeListener } from './upgrade.js';

export interface ServeOptions extends ToNodeOptions {
  /** Default 3000; 0 takes any free port. */
  readonly port?: number;
  /** Address to listen on. Default: every address of the machine. */
  readonly host?: string;
  /** How long the application's `start()` may take. Default: as long as it takes; a dispatcher limits each of its mounts. */
  readonly startTimeoutMs?: number;
  /** How long `close()` waits for requests under way before it cuts them. Default 8,000: less than the 10 s that Docker waits. */
  readonly closeTimeoutMs?: number;
  /**
   * How long an idle connection is kept for the next request. Default 72,000: longer than load balancers
   * keep theirs (60 s is common), so that they never send into a connection that is just closing.
   */
  readonly keepAliveTimeoutMs?: number;
  /** Which pages may open a WebSocket. Default: those of the same host, where the handshake brings cookies. */
  readonly webSocketOrigins?: AllowedOrigins;
}

/** A server that listens. */
export interface Server {
  /** `http://localhost:3000`: where a browser on this machine reaches it. */
  readonly url: string;
  readonly port: number;
  /** The address it is bound to, as Node tells it. */
  readonly address: AddressInfo;
  /** Node's own server underneath. */
  readonly httpServer: HttpServer;
  /**
   * Stops gracefully: no new connections, `Connection: close` on every later response, requests under way
   * and `waitUntil` work are awaited until the deadline, then the applications stop. Later calls give the
   * same promise.
   *
   * @throws {ViaductError} `VIADUCT_E_STOP` when an application fails to stop.
   */
  close(): Promise<void>;
}

/**
 * Starts an application and serves it over HTTP/1.1.
 *
 * The port opens when every `start()` is done, so that no request meets an application that is not ready.
 *
 * @returns When the server listens.
 * @throws {ViaductError} `VIADUCT_E_START` or `VIADUCT_E_START_TIMEOUT`, naming the mount and the cause; the
 * port was not opened. `VIADUCT_E_LISTEN` when the port is taken or not allowed; what had started is stopped.
 */
export async function serve(application: ApplicationLike, options: ServeOptions = {}): Promise<Server> {
  refuseWrongOptions(options);
  const { port = 3000, host, startTimeoutMs = Infinity, closeTimeoutMs = 8_000 } = options;
  const runnable = toApplication(application, 'serve');
  const gateway = createGateway(options);
  const lifecycle = new Lifecycle([{ application: runnable, place: nameOf(runnable.name) }], {
    timeoutMs: startTimeoutMs,
  });
  const listener = createListener(runnable, gateway);
  warnOfLenientParser();
  const httpServer = createServer({
    keepAliveTimeout: options.keepAliveTimeoutMs ?? 72_000,
    // Whatever the process was started with: a lenient parser lets requests be smuggled.
    insecureHTTPParser: false,
  });
  // Beyond some 2,000 headers Node drops the rest without a word; the limit on the size of the head remains.
  httpServer.maxHeadersCount = 0;
  const drain = new Drain(httpServer);
  httpServer.on('request', (request, response) => {
    if (drain.isDraining) response.shouldKeepAlive = false;
    listener(request, response);
  });
  httpServer.on('checkContinue', (request, response) => {
    delayContinue(request, response);
    httpServer.emit('request', request, response);
  });
  httpServer.on('connect', refuseConnect);
  if (runnable.upgrade !== undefined) {
    const upgrade = createUpgradeListener(runnable, gateway, httpServer, options.webSocketOrigins);
    httpServer.on('upgrade', (request, socket, head) => {
      drain.trackUpgrade(socket);
      upgrade(request, socket, head);
    });
  }

  await lifecycle
    .start({ mounts: [], report: (error, info) => gateway.report(error, info) })
    .catch(tellInnermost);
  const address = await listen(httpServer, port, host).catch(async (error: unknown) => {
    await lifecycle.stop();
    throw error;
  });

  let closed: Promise<void> | undefined;
  async function close(): Promise<void> {
    const deadline = Date.now() + closeTimeoutMs;
    await drain.run(deadline);
    await before(deadline, gateway.settled());
    await lifecycle.stop();
  }
  return {
    url: urlOf(address),
    port: address.port,
    address,
    httpServer,
    close: () => (closed ??= close()),
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
function urlOf({ address, port, family }: AddressInfo): string {
  if (address === '::' || address === '0.0.0.0') return `http://localhost:${port}`;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

async function before(deadline: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, deadline - Date.now()));
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}

const OPTIONS: ReadonlySet<string> = new Set<keyof ServeOptions>([
  'port',
  'host',
  'onError',
  'trustProxy',
  'maxTargetBytes',
  'startTimeoutMs',
  'closeTimeoutMs',
  'keepAliveTimeoutMs',
  'webSocketOrigins',
]);

function refuseWrongOptions(options: ServeOptions): void {
  const unknown = Object.keys(options).find((option) => !OPTIONS.has(option));
  if (unknown !== undefined) {
    throw wrongOption(`there is no option "${unknown}". Options are ${[...OPTIONS].join(', ')}.`);
  }
  const { port = 0 } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw wrongOption(
      `port is ${JSON.stringify(port)}. Write a whole number from 0 (any free port) to 65535.`,
    );
  }
}

function wrongOption(fault: string): ViaductTypeError {
  return new ViaductTypeError('VIADUCT_E_OPTION', `serve: ${fault}`);
}
