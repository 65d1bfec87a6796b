import { Router } from '@koa/router';
import { type Application, contextOf, createDispatcher, lint, type Outcome } from '@viaduct/core';
import { fromFastify, toFastify } from '@viaduct/fastify';
import { fromKoa, type KoaMiddleware, toKoa } from '@viaduct/koa';
import { fromNode, serve } from '@viaduct/node';
import fastify, { type FastifyInstance } from 'fastify';
import Koa from 'koa';
import mount from 'koa-mount';
import { describe, expect, test } from 'vitest';
import { Connection } from '../conformance/connection.js';
import { echoOf } from './echo.js';
import { later, listen, type Listening, listening, raw } from './hosts.js';

/** A Koa app as anybody has one: it reads a body, sets cookies, and knows nothing of Viaduct. */
function shop(): Koa {
  const app = new Koa();
  app.silent = true;
  app.use(async (ctx) => {
    if (ctx.path === '/boom') throw new Error('boom');
    if (ctx.path === '/missing') return;
    const chunks: Buffer[] = [];
    for await (const chunk of ctx.req) chunks.push(chunk as Buffer);
    ctx.cookies.set('a', '1');
    ctx.cookies.set('b', '2');
    const { originalUrl, href } = ctx;
    ctx.body = { ...echoOf(ctx.req, Buffer.concat(chunks).toString()), originalUrl, href };
  });
  return app;
}

function koa(...middleware: readonly KoaMiddleware[]): Koa {
  const app = new Koa();
  app.silent = true;
  for (const each of middleware) app.use(each);
  return app;
}

/** The same of Fastify, parsers, error handler and all. */
function api() {
  const app = fastify();
  app.all('/*', async (request, reply) => {
    if (request.url === '/boom') throw new Error('boom');
    reply.header('set-cookie', ['a=1', 'b=2']);
    const { originalUrl } = request;
    return { ...echoOf(request.raw), originalUrl, body: request.body };
  });
  return app;
}

async function serving(application: Application): Promise<Listening> {
  const server = await serve(application, { port: 0, host: '127.0.0.1' });
  later(() => server.close());
  return listening(server.httpServer);
}

/** An application with a web face alone, whatever it was: what has a Node face must behave so too. */
function webFaceOf(application: Application): Application {
  return {
    fetch: (request, context) => application.fetch(request, context),
    start: () => application.start?.(),
    stop: () => application.stop?.(),
  };
}

describe.each([
  ['composing', false],
  ['native', true],
] as const)('a framework inside another, %s', (_way, native) => {
  async function fastifyWithKoa(): Promise<Listening> {
    const app = fastify();
    app.register(toFastify(lint(fromKoa(shop())), { native }), { prefix: '/shop' });
    later(() => app.close());
    await app.listen({ port: 0, host: '127.0.0.1' });
    return listening(app.server);
  }

  async function koaWithFastify(): Promise<Listening> {
    const app = new Koa();
    app.silent = true;
    const hosted = toKoa(lint(fromFastify(api())), { native });
    later(hosted.stop);
    return listen(app.use(mount('/api', hosted)).callback());
  }

  test('Koa in Fastify: stripped path, whole originalUrl and href, cookies, body (#B1, #B13, #B17)', async () => {
    const host = await fastifyWithKoa();
    const response = await fetch(`${host.url}/shop/cart?id=1`, { method: 'POST', body: '{"a":1}' });
    expect(response.status).toBe(200);
    expect(response.headers.getSetCookie()).toEqual(['a=1; path=/; httponly', 'b=2; path=/; httponly']);
    expect(await response.json()).toMatchObject({
      basePath: '/shop',
      path: '/cart',
      seen: '/cart?id=1',
      originalUrl: '/shop/cart?id=1',
      href: `${host.url}/shop/cart?id=1`,
      body: '{"a":1}',
    });
  });

  test('Fastify in Koa: 200 and not 404, the path stripped also for a body that is read late (#B1, #B2, #B18)', async () => {
    const host = await koaWithFastify();
    const response = await fetch(`${host.url}/api/users?id=1`, {
      method: 'POST',
      body: '{"a":1}',
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(200);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await response.json()).toMatchObject({
      basePath: '/api',
      path: '/users',
      seen: '/users?id=1',
      originalUrl: '/api/users?id=1',
      body: { a: 1 },
    });
  });

  test("an inner framework's own error pages and 404 are its own", async () => {
    const koaInside = await fastifyWithKoa();
    expect((await raw(koaInside, '/shop/boom')).body.toString()).toBe('Internal Server Error');
    expect(await raw(koaInside, '/shop/missing')).toMatchObject({
      status: 404,
      body: Buffer.from('Not Found'),
    });
    const fastifyInside = await koaWithFastify();
    expect(JSON.parse((await raw(fastifyInside, '/api/boom')).body.toString())).toMatchObject({
      message: 'boom',
    });
  });

  test('HEAD and OPTIONS', async () => {
    for (const [host, target] of [
      [await fastifyWithKoa(), '/shop'],
      [await koaWithFastify(), '/api/x'],
    ] as const) {
      const { status, body, headers } = await raw(host, target, 'HEAD');
      expect({ status, length: body.length }).toEqual({ status: 200, length: 0 });
      expect(headers.map(([name]) => name.toLowerCase())).toContain('content-length');
      expect((await raw(host, target, 'OPTIONS')).status).toBe(200);
    }
  });

  test('three deep: Viaduct, Fastify, Koa, Fastify', async () => {
    const seen: string[] = [];
    const middle = new Koa();
    middle.use(async (ctx, next) => {
      contextOf(ctx.req).state['koa'] = true;
      await next();
      seen.push(`koa ${ctx.url} ${ctx.status}`);
    });
    middle.use(mount('/c', toKoa(lint(fromFastify(api())), { native })));
    const outer = fastify();
    outer.addHook('onRequest', async (request) => {
      contextOf(request.raw).state['fastify'] = true;
    });
    outer.addHook(
      'onResponse',
      async (request, reply) => void seen.push(`fastify ${request.url} ${reply.statusCode}`),
    );
    outer.register(toFastify(fromKoa(middle), { native }), { prefix: '/:b' });
    const host = await serving(createDispatcher({ '/a': fromFastify(outer) }));
    const response = await raw(host, '/a/b/c/d?e=1');
    expect(JSON.parse(response.body.toString())).toMatchObject({
      basePath: '/a/b/c',
      path: '/d',
      seen: '/d?e=1',
      target: '/a/b/c/d?e=1',
      originalUrl: '/a/b/c/d?e=1',
      state: { fastify: true, koa: true },
    });
    await expect.poll(() => seen.toSorted()).toEqual(['fastify /b/c/d?e=1 200', 'koa /c/d?e=1 200']);
  });

  test('slashes that collapse below the outer mount belong to no base path', async () => {
    const outer = fastify();
    outer.register(toFastify(fromKoa(shop()), { native }), { prefix: '/b' });
    const host = await serving(createDispatcher({ '/a': fromFastify(outer) }));
    expect(JSON.parse((await raw(host, '/a//b//c')).body.toString())).toMatchObject({
      basePath: '/a/b',
      path: '/c',
      seen: '/c',
      originalUrl: '/a//b//c',
    });
  });

  test('three deep: Viaduct, Koa, Fastify, Koa, by a router and a dispatcher', async () => {
    const middle = fastify();
    middle.register(toFastify(createDispatcher({ '/d': fromKoa(shop()) }), { native }), { prefix: '/c' });
    const router = new Router({ prefix: '/b' });
    router.all('/:tenant{/*path}', toKoa(fromFastify(middle), { native }));
    const host = await serving(createDispatcher({ '/a': fromKoa(koa(router.routes())) }));
    const response = await raw(host, '/a/b/x/c/d/e?f=1', 'POST', ['Content-Length: 5'], 'hello');
    expect(JSON.parse(response.body.toString())).toMatchObject({
      basePath: '/a/b/x/c/d',
      path: '/e',
      seen: '/e?f=1',
      originalUrl: '/a/b/x/c/d/e?f=1',
      href: 'http://shop.example/a/b/x/c/d/e?f=1',
      body: 'hello',
    });
  });

  test('an upload of 20 MB through three frameworks, and back', async () => {
    const mirror = fromNode((request, response) => void request.pipe(response));
    const inner = new Koa().use(mount('/c', toKoa(mirror, { native })));
    const outer = fastify();
    outer.register(toFastify(fromKoa(inner), { native }), { prefix: '/b' });
    const host = await serving(createDispatcher({ '/a': fromFastify(outer) }));
    const body = new Uint8Array(20_000_000).fill(7);
    const response = await fetch(`${host.url}/a/b/c/d`, { method: 'POST', body });
    const received = new Uint8Array(await response.arrayBuffer());
    expect(received.length).toBe(body.length);
    expect(received.every((byte) => byte === 7)).toBe(true);
  });

  const { setting, given, listed, repeated, named } = {
    setting: fromNode((_request, response) => {
      response.setHeader('set-cookie', 'app=1');
      response.setHeader('vary', 'Accept');
      response.end();
    }),
    given: fromNode((_request, response) => {
      response.writeHead(200, { 'Set-Cookie': ['app=1'], Vary: 'Accept', 'X-App': '1' }).end();
    }),
    listed: fromNode((_request, response) => {
      response.writeHead(200, 'Fine', ['Set-Cookie', 'app=1', 'X-App', '1', 'Vary', 'Accept']).end();
    }),
    repeated: fromNode((_request, response) => {
      response.appendHeader('set-cookie', 'app=1');
      response.setHeader('vary', 'Origin, Accept');
      response.end();
    }),
    named: createDispatcher({
      '/': () => new Response('', { headers: { 'set-cookie': 'app=1', vary: 'Accept' } }),
    }),
  };

  test.each([
    ['sets them', setting],
    ['gives them to writeHead', given],
    ['gives a list to writeHead', listed],
    ['adds to those that are there', repeated],
    ['answers with a Response', named],
  ])(
    'cookies and Vary of the host stand beside those of an application that %s',
    async (_how, application) => {
      const app = fastify();
      app.addHook('onRequest', async (_request, reply) => {
        reply.header('set-cookie', ['host=1', 'other=1']).header('vary', 'Origin');
      });
      app.register(toFastify(application, { native }));
      later(() => app.close());
      await app.listen({ port: 0, host: '127.0.0.1' });
      const inKoa = koa((ctx: Koa.Context, next) => {
        ctx.set('Set-Cookie', ['host=1', 'other=1']);
        ctx.vary('Origin');
        return next();
      }).use(toKoa(application, { native }));
      for (const host of [listening(app.server), await listen(inKoa.callback())]) {
        const { headers } = await fetch(host.url);
        expect(headers.getSetCookie().toSorted()).toEqual(['app=1', 'host=1', 'other=1']);
        expect(new Set(headers.get('vary')?.split(', '))).toEqual(new Set(['Origin', 'Accept']));
        expect(headers.get('x-app')).toBe(application === given || application === listed ? '1' : null);
      }
    },
  );

  test.each(['GET', 'HEAD', 'DELETE'])('a body that comes with %s is read', async (method) => {
    const bodies: string[] = [];
    const reader = fromNode(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      bodies.push(`${request.headers['content-length']} ${String(Buffer.concat(chunks))}`);
      response.end();
    });
    const app = fastify();
    app.register(toFastify(reader, { native }));
    later(() => app.close());
    await app.listen({ port: 0, host: '127.0.0.1' });
    for (const host of [listening(app.server), await listen(koa(toKoa(reader, { native })).callback())])
      expect((await raw(host, '/', method, ['Content-Length: 5'], 'hello')).status).toBe(200);
    expect(bodies).toEqual(['5 hello', '5 hello']);
  });

  test('a client that goes away midway is heard in the innermost application, once', async () => {
    const heard: unknown[] = [];
    const endless = fromNode((request, response) => {
      contextOf(request).onFinished(({ kind }: Outcome) => void heard.push(kind));
      response.on('close', () => heard.push('close'));
      response.write('begun');
    });
    const inner = new Koa().use(mount('/c', toKoa(endless, { native })));
    inner.silent = true;
    const outer = fastify();
    outer.register(toFastify(fromKoa(inner), { native }), { prefix: '/b' });
    const host = await serving(createDispatcher({ '/a': fromFastify(outer) }));
    const connection = await Connection.open(host.port);
    await connection.write('GET /a/b/c HTTP/1.1\r\nHost: x\r\n\r\n');
    await connection.waitFor('begun');
    connection.reset();
    await expect.poll(() => heard.toSorted()).toEqual(['aborted', 'close']);
  });
});

describe('a framework inside another', () => {
  test('by its web face alone, the host being inside Viaduct by its web face alone', async () => {
    const outer = fastify();
    outer.register(toFastify(webFaceOf(fromKoa(shop()))), { prefix: '/b' });
    const host = await serving(createDispatcher({ '/a': webFaceOf(fromFastify(outer)) }));
    const response = await raw(host, '/a/b/c?d=1', 'POST', ['Content-Length: 5'], 'hello');
    expect(JSON.parse(response.body.toString())).toMatchObject({
      basePath: '/a/b',
      path: '/c',
      originalUrl: '/a/b/c?d=1',
      body: 'hello',
    });
  });

  test('whose application reads no upload, no client is told to send one', async () => {
    const refusing = fromNode((_request, response) => {
      response.statusCode = 401;
      response.end();
    });
    const host = await serving(
      createDispatcher({
        '/web': webFaceOf(refusing),
        '/koa': fromKoa(koa(toKoa(refusing))),
        '/fastify': fromFastify(async (app: FastifyInstance) => toFastify(refusing)(app)),
        '/koa-by-web-face': webFaceOf(fromKoa(koa(toKoa(refusing)))),
      }),
    );
    const expecting = ['Expect: 100-continue', 'Content-Length: 5'];
    for (const target of ['/web', '/koa', '/fastify', '/koa-by-web-face'])
      expect([target, (await raw(host, target, 'POST', expecting)).status]).toEqual([target, 401]);
  });

  test('whose application reads no upload, the connection is in step for the next request', async () => {
    const ignoring = fromNode((_request, response) => void response.end('ignored'));
    const host = await serving(
      createDispatcher({ '/web': webFaceOf(ignoring), '/koa': fromKoa(koa(toKoa(ignoring))) }),
    );
    const connection = await Connection.open(host.port);
    for (const target of ['/web', '/koa', '/web', '/koa']) {
      await connection.write(`POST ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello`);
      expect((await connection.read()).body.toString()).toBe('ignored');
    }
    connection.socket.destroy();
  });

  test('a single Koa middleware, and a single Fastify route, inside the other (limits: docs/hosting.md)', async () => {
    const outer = fastify();
    outer.register(toFastify(fromKoa((ctx: Koa.Context) => void (ctx.body = `koa ${ctx.path}`))), {
      prefix: '/k',
    });
    await outer.ready();
    expect((await outer.inject('/k/x')).body).toBe('koa /x');
    const app = new Koa();
    const plugin = fromFastify(async (instance: FastifyInstance) => {
      instance.get<{ Params: { id: string } }>('/:id', async ({ params }) => `fastify ${params.id}`);
    });
    const host = await listen(app.use(mount('/f', toKoa(plugin))).callback());
    expect((await raw(host, '/f/x')).body.toString()).toBe('fastify x');
  });
});
