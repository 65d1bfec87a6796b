import { type Application, createDispatcher, serve } from 'viaduct';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import { Router } from '@koa/router';
import fastify from 'fastify';
import Koa from 'koa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Connection } from './connection.js';
import { everyKindOnSockets, openForAll } from './every-way.js';
import { FACES } from './faces.js';
import { koa } from './kinds.js';
import { toBytes } from './message.js';
import { T1, tableOf } from './tables.js';

function koaWithRoute(): Application {
  const router = new Router().get('/:id', (ctx) => {
    ctx.body = ctx.params['id'];
  });
  return fromKoa(new Koa().use(router.routes()));
}

function fastifyWithRoute(): Application {
  const app = fastify();
  app.get<{ Params: { id: string } }>('/:id', async (request) => request.params.id);
  return fromFastify(app);
}

describe.each(FACES)('$name', (face) => {
  describe.each([
    ['Koa', koaWithRoute],
    ['Fastify', fastifyWithRoute],
  ])('a route of %s', (_name, create) => {
    const { send } = openForAll(face, () => createDispatcher({ '/foo': create() }));

    it('A2.35 decodes its parameter once', async () => {
      expect((await send({ target: '/foo/a%2Fb' })).text).toBe('a/b');
    });

    it('A2.36 does not decode its parameter twice', async () => {
      expect((await send({ target: '/foo/a%252Fb' })).text).toBe('a%2Fb');
    });
  });
});

everyKindOnSockets(({ kind }) => {
  it('A2.42 a path longer than the head may be gets 431, and the next connection is served', async () => {
    const server = await serve(tableOf(T1, kind, 'declared'), { port: 0, host: '127.0.0.1' });
    onTestFinished(() => server.close());
    const connection = await Connection.open(server.port);
    await connection.write(toBytes({ target: `/foo/${'x'.repeat(20_000)}` }));
    expect((await connection.read()).status).toBe(431);
    const next = await Connection.open(server.port);
    await next.write(toBytes({ target: '/foo/x' }));
    expect((await next.read()).body.toString()).toBe('foo|/foo|/x|');
    next.reset();
  });
});

describe('redirects', () => {
  it('A2.23 a redirect built of the path it sees never leads a mounted app to another host', async () => {
    const app = new Koa().use((ctx) => ctx.redirect(`${ctx.path}/`));
    const server = await serve(createDispatcher({ '/legacy': fromKoa(app), '/': koa.create(() => ({})) }), {
      port: 0,
      host: '127.0.0.1',
    });
    onTestFinished(() => server.close());
    for (const target of ['/legacy//evil.example', '/legacy/\\evil.example', '/legacy/\\/evil.example']) {
      const connection = await Connection.open(server.port);
      await connection.write(toBytes({ target }));
      const { headers } = await connection.read();
      const [, location] = headers.find(([name]) => name === 'Location') ?? [];
      expect(location).toBe('/evil.example/');
      connection.reset();
    }
  });
});
