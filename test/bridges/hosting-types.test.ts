import type { Http2SecureServer, Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { toFastify } from '@viaduct/fastify';
import { toKoa } from '@viaduct/koa';
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyTypeProvider } from 'fastify';
import Koa from 'koa';
import mount from 'koa-mount';
import { expect, test } from 'vitest';
import { echo } from './echo.js';

interface OwnLogger extends FastifyBaseLogger {
  audit(message: string): void;
}

interface OwnProvider extends FastifyTypeProvider {
  validator: string;
}

/** Never called: that it compiles without a cast is the test. */
export function compiles(
  secure: FastifyInstance<Http2SecureServer, Http2ServerRequest, Http2ServerResponse>,
  logging: FastifyInstance<
    Http2SecureServer,
    Http2ServerRequest,
    Http2ServerResponse,
    OwnLogger,
    OwnProvider
  >,
  app: Koa<{ user: string }, { render(): void }>,
): void {
  secure.register(toFastify(echo), { prefix: '/a' });
  logging.register(toFastify(echo, { native: true }), { prefix: '/a', logLevel: 'warn' });
  fastify().withTypeProvider<OwnProvider>().register(toFastify(echo));
  fastify({ logger: true }).register(toFastify(echo, { state: (request) => ({ id: request.id }) }));
  app.use(toKoa(echo, { state: (ctx) => ({ user: ctx.state.user }) }));
  app.use(mount('/a', toKoa(echo)));
  const chained: Koa = new Koa().use(toKoa(echo)).use(toKoa(echo, { native: true }));
  void chained;
}

test('hosts of all generics take an application without a cast', () => {
  expect(compiles).toBeTypeOf('function');
});
