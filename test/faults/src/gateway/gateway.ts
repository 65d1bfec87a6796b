import { fromFastify, toFastify } from '@viaduct/fastify';
import { fromKoa, toKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';
import { type Application, createDispatcher, fromNode } from 'viaduct';
import { WebSocketServer } from 'ws';
import { fastifyApplication, koaApplication, nativeApp, webApp, webFaceOf } from './frameworks.js';

/** Every way from a client to an application: side by side, nested, converted, one inside the other. */
export const MOUNTS = [
  '/fastify',
  '/koa',
  '/web',
  '/native',
  '/nested/koa',
  '/fastify-by-web',
  '/koa-by-web',
  '/koa-in-fastify',
  '/koa-in-fastify-native',
  '/fastify-in-koa',
  '/fastify-in-koa-native',
] as const;

/** Mounts of applications that have a web face alone, and so cannot do what needs Node's objects. */
export const WEB_MOUNTS: readonly string[] = ['/web'];

export function createGateway(onError: (error: unknown) => void): Application {
  return createDispatcher(
    {
      '/fastify': fastifyApplication(),
      '/koa': koaApplication(),
      '/web': webApp(),
      '/native': nativeApp(),
      '/nested': createDispatcher({ '/koa': koaApplication() }),
      '/fastify-by-web': webFaceOf(fastifyApplication()),
      '/koa-by-web': webFaceOf(koaApplication()),
      '/koa-in-fastify': insideFastify(koaApplication(), false),
      '/koa-in-fastify-native': insideFastify(koaApplication(), true),
      '/fastify-in-koa': insideKoa(fastifyApplication(), false),
      '/fastify-in-koa-native': insideKoa(fastifyApplication(), true),
      '/ws': webSocketApp(),
    },
    { onError },
  );
}

function insideFastify(application: Application, native: boolean): Application {
  return fromFastify(fastify().register(toFastify(application, { native })));
}

function insideKoa(application: Application, native: boolean): Application {
  const app = new Koa().use(toKoa(application, { native }));
  app.silent = true;
  return fromKoa(app);
}

/** Gives every message back. */
function webSocketApp(): Application {
  const sockets = new WebSocketServer({ noServer: true });
  return fromNode((_request, response) => void response.end('no WebSocket'), {
    upgrade: (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (client) => {
        client.on('message', (data, isBinary) => client.send(data, { binary: isBinary }));
        client.on('error', () => undefined);
      }),
  });
}
