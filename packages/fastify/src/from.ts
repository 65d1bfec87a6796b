import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Application, type ApplicationDescription, ViaductError, ViaductTypeError } from '@viaduct/core';
import { refuseUpgrade, toError } from '@viaduct/core/internal';
import { fromNode } from '@viaduct/node';
import fastify from 'fastify';
import { describeFastify } from './description.js';
import { hintAtLenientRouter } from './lenient-router.js';
import type { FastifyApp, FastifyPlugin } from './shapes.js';

/** What {@link fromFastify} takes besides the instance or plugin. */
export interface FromFastifyOptions {
  /** What messages and logs call the application. */
  readonly name?: string;
}

/**
 * Makes an application of a Fastify instance, or of a plugin, which gets an instance of its own.
 *
 * The instance gets Node's own `req` and `res`. Mounted, it routes by its stripped path, while
 * `request.originalUrl` tells the whole. Its `start` is `ready()`, its `stop` is `close()`: all hooks of the
 * life cycle run, but `onListen`, since the instance does not listen. An instance starts once; a plugin gets
 * a new instance when it is started again.
 *
 * @throws {ViaductTypeError} `VIADUCT_E_APPLICATION` when it is neither.
 */
export function fromFastify(
  source: FastifyApp | FastifyPlugin,
  options: FromFastifyOptions = {},
): Application {
  let app = toApp(source);
  let isReady = false;
  let starting: Promise<void> | undefined;
  let isClosed = false;

  async function becomeReady(): Promise<void> {
    if (isClosed) renew();
    try {
      await app.ready();
    } catch (error) {
      isClosed = true;
      await app.close();
      throw isFastifyApp(source) ? finalError(error) : error;
    }
    isReady = true;
  }

  /** What was closed cannot start again; a plugin can be given another instance. */
  function renew(): void {
    if (isFastifyApp(source)) throw finalError();
    app = toApp(source);
    isReady = false;
    isClosed = false;
  }

  function start(): Promise<void> {
    starting ??= becomeReady().catch((error: unknown) => {
      starting = undefined;
      throw error;
    });
    return starting;
  }

  /** Without a server that starts it, the first request does: `routing` before `ready()` ends the process. */
  function handler(request: IncomingMessage, response: ServerResponse): void | Promise<void> {
    if (isReady) return app.routing(request, response);
    return start().then(() => app.routing(request, response));
  }

  /** To the plugins that listen on the instance's own server, which never opens a port: @fastify/websocket is one. */
  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    await start();
    if (!app.server.emit('upgrade', request, socket, head)) refuseUpgrade(socket, 404);
  }

  async function stop(): Promise<void> {
    isClosed = true;
    starting = undefined;
    await app.close();
  }

  function describe(): ApplicationDescription {
    return describeFastify(app, isReady);
  }

  return fromNode(handler, { name: options.name ?? 'fastify', upgrade, start, stop, describe });
}

/** Fastify undoes a start that failed, and a closed instance starts no more. */
function finalError(cause?: unknown): ViaductError {
  const message =
    cause === undefined
      ? 'this Fastify instance was closed, and cannot start again. Make a new one for each start.'
      : toError(cause).message;
  return new ViaductError('VIADUCT_E_START_FINAL', message, { cause });
}

function toApp(source: FastifyApp | FastifyPlugin): FastifyApp {
  const candidate: unknown = source;
  if (isFastifyApp(candidate)) {
    hintAtLenientRouter(candidate);
    return candidate;
  }
  if (typeof candidate === 'function') return fastify().register(candidate as FastifyPlugin);
  throw new ViaductTypeError(
    'VIADUCT_E_APPLICATION',
    `fromFastify: expected a Fastify instance or a plugin, got ${candidate === null ? 'null' : typeof candidate}. ` +
      'Write fromFastify(fastify()) with routes, or fromFastify(async (app) => { … }).',
  );
}

function isFastifyApp(value: unknown): value is FastifyApp {
  const { routing, ready } = (value ?? {}) as Partial<FastifyApp>;
  return typeof routing === 'function' && typeof ready === 'function';
}
