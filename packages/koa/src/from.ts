import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Application, ViaductTypeError } from '@viaduct/core';
import { refuseUpgrade } from '@viaduct/core/internal';
import { fromNode } from '@viaduct/node';
import Koa from 'koa';
import { deriveApp } from './derived-app.js';
import { describeKoa } from './description.js';
import type { KoaApp, KoaMiddleware } from './shapes.js';

/** What {@link fromKoa} takes besides the app. */
export interface FromKoaOptions {
  /** What messages and logs call the application. */
  readonly name?: string;
  /** Takes WebSocket handshakes: `(request, socket, head) => wss.handleUpgrade(request, socket, head, …)`. */
  readonly upgrade?: Application['upgrade'];
  /**
   * In the place of `upgrade`: an HTTP server that never listens, to which WebSocket servers are attached
   * (`new WebSocketServer({ server })`), for an app that made its own.
   */
  readonly server?: { emit(event: 'upgrade', ...rest: readonly unknown[]): boolean };
}

/**
 * Makes an application of a Koa app, or of a middleware, which gets an app of its own.
 *
 * The app gets Node's own `req` and `res`, and runs as it does alone: its keys, its `proxy` setting, its
 * error listeners, its extensions of `ctx`. Mounted, it sees its path stripped, while `ctx.originalUrl` and
 * `ctx.href` tell the whole. The app object is not changed; `use` still works until the first request.
 *
 * @throws {ViaductTypeError} `VIADUCT_E_APPLICATION` when it is neither.
 */
export function fromKoa(source: KoaApp | KoaMiddleware, options: FromKoaOptions = {}): Application {
  const app = toApp(source);
  let callback: ((request: IncomingMessage, response: ServerResponse) => unknown) | undefined;

  /** Made late: Koa adds its own error listener then, unless the user has added one by that time. */
  function handler(request: IncomingMessage, response: ServerResponse): unknown {
    callback ??= deriveApp(app).callback();
    return callback(request, response);
  }

  const upgrade = options.upgrade ?? upgradeOn(options.server);
  return fromNode(handler, {
    name: options.name ?? 'koa',
    describe: () => describeKoa(app),
    ...(upgrade === undefined ? {} : { upgrade }),
  });
}

function upgradeOn(server: FromKoaOptions['server']): Application['upgrade'] {
  if (server === undefined) return undefined;
  return (request, socket, head) => {
    if (!server.emit('upgrade', request, socket, head)) refuseUpgrade(socket, 404);
  };
}

function toApp(source: KoaApp | KoaMiddleware): KoaApp {
  const candidate: unknown = source;
  if (typeof candidate === 'function') return new Koa().use(candidate as Koa.Middleware);
  if (isKoaApp(candidate)) return candidate;
  throw new ViaductTypeError(
    'VIADUCT_E_APPLICATION',
    `fromKoa: expected a Koa app or a middleware, got ${candidate === null ? 'null' : typeof candidate}. ` +
      'Write fromKoa(new Koa()) with its middleware, or fromKoa(async (ctx, next) => { … }).',
  );
}

function isKoaApp(value: unknown): value is KoaApp {
  const { callback } = (value ?? {}) as Partial<KoaApp>;
  return typeof callback === 'function';
}
