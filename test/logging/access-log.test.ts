import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import websocket from '@fastify/websocket';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';
import { pino } from 'pino';
import { type Application, createDispatcher, fromNode, lint, toApplication, withHooks } from 'viaduct';
import { withAccessLog } from 'viaduct/logging';
import { WebSocket } from 'ws';
import { describe, expect, test, vi } from 'vitest';
import { Connection } from '../conformance/connection.js';
import { open, serveLogged, Written } from './written.js';

function koaShop(): Application {
  return fromKoa(
    new Koa().use((ctx) => {
      ctx.body = `shop ${ctx.path}`;
    }),
    { name: 'shop' },
  );
}

function fastifyApi(): Application {
  const app = fastify();
  app.get('/users', async () => [{ name: 'Ada' }]);
  app.get('/fails', async () => {
    throw new Error('no database');
  });
  return fromFastify(app, { name: 'api' });
}

/** Sends bytes on a connection of their own, and gives the first answer. */
async function send(port: number, bytes: string, method = 'GET'): Promise<{ status: number }> {
  const connection = await Connection.open(port);
  await connection.write(bytes);
  const response = await connection.read(method);
  connection.reset();
  return response;
}

describe('The access log', () => {
  test('tells of each answer: method, target, host, status, bytes, mounts, application, client and outcome', async () => {
    const { server, written } = await serveLogged(
      createDispatcher({ '/': koaShop(), '/v1': createDispatcher({ '/api': fastifyApi() }) }),
    );
    await fetch(`${server.url}/cart?item=1`);
    await fetch(`${server.url}/v1/api/users`);
    const [cart, users] = await written.entries(2);
    expect(cart).toMatchObject({
      level: 30,
      name: 'access',
      method: 'GET',
      target: '/cart?item=1',
      host: `127.0.0.1:${server.port}`,
      httpVersion: '1.1',
      status: 200,
      bytes: 'shop /cart'.length,
      mounts: ['/'],
      application: 'shop',
      clientAddress: '127.0.0.1',
      outcome: 'completed',
    });
    expect(cart?.['durationMs']).toBeGreaterThan(0);
    expect(cart).not.toHaveProperty('user');
    expect(users).toMatchObject({
      target: '/v1/api/users',
      mounts: ['/v1', '/api'],
      application: 'api',
      bytes: '[{"name":"Ada"}]'.length,
    });
  });

  test.each([
    ['a string', 'ada', 'ada'],
    ['a number', 7, '7'],
    ['an object with a name', { id: 7, name: 'ada' }, 'ada'],
    ['an object with an id', { id: 7 }, '7'],
    ['something else', { email: 'a@b' }, undefined],
  ])('names the user that a guard has found: %s', async (_, user, logged) => {
    const guards = {
      '/': (_head: unknown, context: { state: Record<string, unknown> }) =>
        void (context.state['user'] = user),
    };
    const { server, written } = await serveLogged(createDispatcher({ '/': koaShop() }, { guards }));
    await fetch(server.url);
    expect((await written.entries(1))[0]?.['user']).toBe(logged);
  });

  test('A3.55: sees what an application inside has left in the state', async () => {
    const inner = withHooks(koaShop(), { onRequest: (_, context) => void (context.state['user'] = 'inner') });
    const { server, written } = await serveLogged(createDispatcher({ '/': inner }));
    await fetch(server.url);
    expect((await written.entries(1))[0]?.['user']).toBe('inner');
  });

  test('also tells of requests that the server refuses before any application is asked', async () => {
    const { server, written } = await serveLogged(createDispatcher({ '/shop': koaShop() }));
    await send(server.port, 'GET /shop HTTP/1.1\r\nHost: a@b\r\n\r\n');
    await send(server.port, 'TRACE / HTTP/1.1\r\nHost: x\r\n\r\n');
    await send(server.port, `GET /${'a'.repeat(9_000)} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await send(server.port, 'GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n');
    const entries = await written.entries(4);
    expect(entries.map(({ status, mounts }) => [status, mounts])).toEqual([
      [400, []],
      [405, []],
      [414, []],
      [404, []],
    ]);
  });

  test('calls a failure failed, with the 500 that was sent', async () => {
    const broken = fromNode(() => {
      throw new Error('broken');
    });
    const { server, written } = await serveLogged(createDispatcher({ '/': broken }));
    await fetch(server.url);
    expect((await written.entries(1))[0]).toMatchObject({ status: 500, outcome: 'failed' });
  });

  test("a framework's own 500 is an answer like any other", async () => {
    const { server, written } = await serveLogged(createDispatcher({ '/': fastifyApi() }));
    await fetch(`${server.url}/fails`);
    expect((await written.entries(1))[0]).toMatchObject({ status: 500, outcome: 'completed' });
  });

  test('is written when an answer was cut, with the bytes that went out', async () => {
    const endless = fromNode((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 1_000_000 });
      response.write('x'.repeat(1_000));
    });
    const { server, written } = await serveLogged(createDispatcher({ '/': endless }));
    const connection = await Connection.open(server.port);
    await connection.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(connection.socket, 'data');
    expect(written.lines).toEqual([]);
    connection.reset();
    expect((await written.entries(1))[0]).toMatchObject({
      status: 200,
      bytes: 1_000,
      outcome: 'aborted',
      clientAddress: '127.0.0.1',
    });
  });

  test('is written when the client leaves before there is an answer', async () => {
    let isAsked: (() => void) | undefined;
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    const silent = fromNode(() => isAsked?.());
    const { server, written } = await serveLogged(createDispatcher({ '/': silent }));
    const connection = await Connection.open(server.port);
    await connection.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await asked;
    connection.reset();
    const [entry] = await written.entries(1);
    expect(entry).toMatchObject({ outcome: 'aborted', bytes: 0 });
    expect(entry).not.toHaveProperty('status');
  });

  test('counts no body where there is none, and chunks as they were framed', async () => {
    const chunked = fromNode((_, response) => {
      response.setHeader('content-type', 'text/plain');
      response.write('hello');
      response.end('world');
    });
    const { server, written } = await serveLogged(createDispatcher({ '/': koaShop(), '/chunked': chunked }));
    await send(server.port, 'HEAD /x HTTP/1.1\r\nHost: x\r\n\r\n', 'HEAD');
    await send(server.port, 'GET /chunked HTTP/1.1\r\nHost: x\r\n\r\n');
    const [head, chunks] = await written.entries(2);
    expect(head).toMatchObject({ method: 'HEAD', status: 200, bytes: 0 });
    expect(chunks?.['bytes']).toBe('5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n'.length);
  });

  test('tells pipelined answers apart, and writes a line for those that were never sent', async () => {
    const slow = fromNode((request, response) => {
      if (request.url === '/never') return;
      setImmediate(() => {
        response.setHeader('content-type', 'text/plain');
        response.write('a'.repeat(Number(request.url?.slice(1))));
        response.end();
      });
    });
    const { server, written } = await serveLogged(slow);
    const connection = await Connection.open(server.port);
    await connection.write(
      ['/10', '/200', '/30', '/never', '/50']
        .map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
        .join(''),
    );
    for (const length of [10, 200, 30]) expect((await connection.read()).body).toHaveLength(length);
    await written.atLeast(3);
    await delay(50);
    connection.reset();
    const entries = await written.entries(5);
    const framing = (length: number): number => length + `${length.toString(16)}\r\n\r\n0\r\n\r\n`.length;
    expect(entries.slice(0, 3).map(({ target, bytes }) => [target, bytes])).toEqual([
      ['/10', framing(10)],
      ['/200', framing(200)],
      ['/30', framing(30)],
    ]);
    expect(
      entries
        .slice(3)
        .map(({ target, outcome }) => [target, outcome])
        .toSorted(),
    ).toEqual([
      ['/50', 'aborted'],
      ['/never', 'aborted'],
    ]);
  });

  test('P30: control characters in target, headers and user neither break a line nor reach a terminal', async () => {
    const evil = 'a\u001b[31m\nforged\u0085\u202e\u007f"\\é';
    const application = withHooks(koaShop(), {
      onRequest: (_, context) => void (context.state['user'] = evil),
    });
    const { server, written } = await serveLogged(createDispatcher({ '/': application }));
    await send(server.port, 'GET /%0d%0aforged%00%1f%7f"\\ HTTP/1.1\r\nHost: x\r\nX: \xff\r\n\r\n');
    const [entry] = await written.entries(1);
    expect(written.text).toMatch(/^[\x20-\x7e]+\n$/);
    expect(entry).toMatchObject({ target: '/%0d%0aforged%00%1f%7f"\\', user: evil });
  });

  test('tells the client, host and protocol that a trusted proxy tells', async () => {
    const { server, written } = await serveLogged(koaShop(), {}, { trustProxy: 'loopback' });
    const headers = {
      'x-forwarded-for': '192.0.2.7',
      'x-forwarded-host': 'shop.example',
      'x-forwarded-prefix': '/p',
    };
    await (await fetch(`${server.url}/cart`, { headers })).text();
    expect((await written.entries(1))[0]).toMatchObject({
      clientAddress: '192.0.2.7',
      host: 'shop.example',
      target: '/cart',
      application: 'shop',
      mounts: [],
    });
  });

  test('tells mounts below middleware that turns its subtree to the web face', async () => {
    const inner = createDispatcher({ '/api': fastifyApi(), '/web': () => new Response('web') });
    const around = toApplication((request, context) => inner.fetch(request, context));
    const { server, written } = await serveLogged(createDispatcher({ '/': around }));
    await fetch(`${server.url}/api/users`);
    await fetch(`${server.url}/web`);
    const entries = await written.entries(2);
    expect(entries.map(({ mounts, bytes }) => [mounts, bytes])).toEqual([
      [['/', '/api'], '[{"name":"Ada"}]'.length],
      [['/', '/web'], expect.any(Number)],
    ]);
  });

  test('writes the line of a WebSocket when it closes, with 101; a refused one with the status it was refused with', async () => {
    const app = fastify();
    void app.register(websocket);
    void app.register(async (routes) => {
      routes.get('/ws', { websocket: true }, (socket) => {
        socket.on('message', (data: Buffer) => socket.send(data.toString()));
      });
    });
    const guards = { '/private': () => new Response('sign in', { status: 401 }) };
    const live = fromFastify(app, { name: 'live' });
    const { server, written } = await serveLogged(
      createDispatcher({ '/live': live, '/private': live }, { guards }),
    );
    const client = new WebSocket(`ws://127.0.0.1:${server.port}/live/ws`);
    await once(client, 'open');
    client.send('hello');
    await once(client, 'message');
    expect(written.lines).toEqual([]);
    client.close();
    await written.atLeast(1);

    for (const path of ['/private/ws', '/nowhere']) {
      const refused = new WebSocket(`ws://127.0.0.1:${server.port}${path}`);
      await once(refused, 'error');
    }
    const foreign = new WebSocket(`ws://127.0.0.1:${server.port}/live/ws`, {
      headers: { origin: 'https://evil.example', cookie: 'a=b' },
    });
    await once(foreign, 'error');
    const entries = await written.entries(4);
    expect(entries.map(({ target, status, mounts }) => [target, status, mounts])).toEqual([
      ['/live/ws', 101, ['/live']],
      ['/private/ws', 401, []],
      ['/nowhere', 404, []],
      ['/live/ws', 403, []],
    ]);
    expect(entries[0]).toMatchObject({ outcome: 'completed', application: 'live' });
    expect(entries[0]?.['bytes']).toBeGreaterThan('hello'.length);
  });

  test('around one mount it tells of that mount alone, and of each request once', async () => {
    const written = new Written();
    const api = withAccessLog(fastifyApi(), { destination: written });
    const server = await open(lint(createDispatcher({ '/': koaShop(), '/api': withHooks(api, {}) })));
    await fetch(`${server.url}/cart`);
    await fetch(`${server.url}/api/users`);
    const entries = await written.entries(1);
    expect(entries.map(({ target, mounts, application }) => [target, mounts, application])).toEqual([
      ['/api/users', ['/api'], 'api'],
    ]);
  });

  test('two logs around one application write a line each, also of what is refused', async () => {
    const [outer, inner] = [new Written(), new Written()];
    const logged = withAccessLog(withAccessLog(koaShop(), { destination: inner }), { destination: outer });
    const server = await open(logged);
    await fetch(server.url);
    await send(server.port, 'TRACE / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await outer.entries(2)).toHaveLength(2);
    expect((await inner.entries(2)).map(({ status }) => status)).toEqual([200, 405]);
  });

  test('a destination that throws costs neither the answer nor the next line', async () => {
    const errors: unknown[] = [];
    const destination = {
      write() {
        throw new Error('disk full');
      },
    };
    const server = await open(withAccessLog(koaShop(), { destination }), {
      onError: (error) => errors.push(error),
    });
    expect((await fetch(server.url)).status).toBe(200);
    expect((await fetch(server.url)).status).toBe(200);
    await vi.waitFor(() => expect(errors).toHaveLength(2));
  });

  test("goes to the user's own pino logger, with the same fields", async () => {
    const written = new Written();
    const logger = pino({ base: { service: 'shop' } }, written);
    const server = await open(withAccessLog(lint(koaShop()), { logger }));
    await fetch(`${server.url}/cart`);
    expect((await written.entries(1))[0]).toMatchObject({
      service: 'shop',
      status: 200,
      msg: 'GET /cart 200',
    });
  });

  test.each([
    [{ form: 'json' }, /there is no option "form"\. Options are format, destination, logger/],
    [{ format: 'xml' }, /format is "xml"\. Write 'json' or 'combined'/],
    [{ destination: 'access.log' }, /destination has no method write\(line\)\. Write openLog/],
    [{ logger: {} }, /logger has no method info/],
    [{ logger: pino({ enabled: false }), format: 'json' }, /Leave them out/],
  ])('refuses a wrong option when it is built: %j', (options, message) => {
    expect(() => withAccessLog(koaShop(), options as never)).toThrow(message);
  });
});

describe('The access log on the web face', () => {
  test('tells of an answer when its body has ended, and of one that was cancelled', async () => {
    const written = new Written();
    const application = withAccessLog(
      lint(
        createDispatcher({
          '/': () => new Response('hello'),
          '/empty': () => new Response(null, { status: 204 }),
        }),
      ),
      { destination: written },
    );
    const response = await application.fetch(new Request('http://shop.example/a?b'));
    expect(written.lines).toEqual([]);
    expect(await response.text()).toBe('hello');
    await application.fetch(new Request('http://shop.example/empty'));
    const cut = await application.fetch(new Request('http://shop.example/c'));
    await cut.body?.cancel();
    const entries = await written.entries(3);
    expect(
      entries.map(({ target, status, bytes, mounts, outcome }) => [target, status, bytes, mounts, outcome]),
    ).toEqual([
      ['/a?b', 200, 5, ['/'], 'completed'],
      ['/empty', 204, 0, ['/empty'], 'completed'],
      ['/c', 200, 0, ['/'], 'aborted'],
    ]);
    expect(entries[0]?.['host']).toBe('shop.example');
  });

  test('a framework behind it is logged as on the Node face', async () => {
    const written = new Written();
    const application = withAccessLog(createDispatcher({ '/api': fastifyApi() }), { destination: written });
    const response = await application.fetch(new Request('http://x/api/users'));
    await response.text();
    expect((await written.entries(1))[0]).toMatchObject({
      status: 200,
      bytes: '[{"name":"Ada"}]'.length,
      mounts: ['/api'],
      application: 'api',
    });
  });
});
