/**
 * Compiled, and never run: apps of every make that the bridges accept without a cast.
 */
import type { Http2SecureServer, Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Server as HttpsServer } from 'node:https';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyPluginCallback,
  type FastifyTypeProvider,
} from 'fastify';
import Koa, { type DefaultContext, type Middleware } from 'koa';
import type { Application } from 'viaduct';

interface Provider extends FastifyTypeProvider {
  readonly validator: this['schema'];
  readonly serializer: this['schema'];
}

interface Logger extends FastifyBaseLogger {
  audit(message: string): void;
}

export function fastifyInstances(
  http2: FastifyInstance<Http2SecureServer, Http2ServerRequest, Http2ServerResponse>,
  https: FastifyInstance<HttpsServer>,
  logger: Logger,
  callback: FastifyPluginCallback<{ readonly option: string }>,
  asynchronous: FastifyPluginAsync,
): readonly Application[] {
  return [
    fromFastify(fastify()),
    fromFastify(http2),
    fromFastify(https),
    fromFastify(fastify({ loggerInstance: logger })),
    fromFastify(fastify().withTypeProvider<Provider>()),
    fromFastify(fastify({ http2: true })),
    fromFastify(callback),
    fromFastify(asynchronous),
    fromFastify(async (app) => {
      app.get('/', async () => 'x');
    }),
  ];
}

interface State {
  user: string;
}

interface Extended extends DefaultContext {
  audit(message: string): void;
}

export function koaApps(
  app: Koa<State, Extended>,
  middleware: Middleware<State, Extended>,
): readonly Application[] {
  return [
    fromKoa(new Koa()),
    fromKoa(app),
    fromKoa(middleware),
    fromKoa(async (ctx, next) => {
      await next();
      ctx.body = 'x';
    }),
  ];
}

// @ts-expect-error an object that is no app is refused by the compiler already
fromKoa({});
// @ts-expect-error an object that is no instance is refused by the compiler already
fromFastify({ ready: true });
