import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import cors from '@fastify/cors';
import { type Application, contextOf, lint, type Outcome } from '@viaduct/core';
import { toFastify } from '@viaduct/fastify';
import { fromNode } from '@viaduct/node';
import fastify, { type FastifyInstance } from 'fastify';
import { describe, expect, test } from 'vitest';
import { Connection } from '../conformance/connection.js';
import { cutBody, type Echo, echo, faulty, leftAlone, nativeEcho, web } from './echo.js';
import { later, type Listening, listening, raw } from './hosts.js';

function userOf({ user }: { user: string }): object {
  return { user };
}

async function started(app: FastifyInstance): Promise<Listening> {
  later(() => app.close());
  await app.listen({ port: 0, host: '127.0.0.1' });
  return listening(app.server);
}

async function hosting(application: Application, prefix?: string, native = false): Promise<Listening> {
  const app = fastify();
  app.register(toFastify(application, { native }), prefix === undefined ? {} : { prefix });
  return started(app);
}

async function echoAt(host: Listening, target: string): Promise<Echo> {
  const response = await raw(host, target);
  expect(response.status).toBe(200);
  return JSON.parse(response.body.toString()) as Echo;
}

describe.each([
  ['composing', false, echo],
  ['native', true, nativeEcho],
] as const)('toFastify, %s: where the application is', (_way, native, application) => {
  test('below a prefix it sees its path stripped, and knows base path and target', async () => {
    const host = await hosting(application, '/v1/shop', native);
    expect(await echoAt(host, '/v1/shop/cart?id=1')).toMatchObject({
      basePath: '/v1/shop',
      path: '/cart',
      seen: '/cart?id=1',
      target: '/v1/shop/cart?id=1',
      whole: '/v1/shop/cart',
    });
  });

  test('the prefix itself, with and without a slash at the end', async () => {
    const host = await hosting(application, '/shop', native);
    expect(await echoAt(host, '/shop')).toMatchObject({ basePath: '/shop', path: '', seen: '/' });
    expect(await echoAt(host, '/shop/')).toMatchObject({ basePath: '/shop', path: '/', seen: '/' });
    expect((await raw(host, '/shopping')).status).toBe(404);
  });

  test('nested prefixes add up, parametric ones as the client wrote them', async () => {
    const app = fastify();
    app.register(
      async (outer) => {
        outer.register(
          async (inner) => inner.register(toFastify(application, { native }), { prefix: '/shop' }),
          {
            prefix: '/:tenant',
          },
        );
      },
      { prefix: '/v1' },
    );
    const host = await started(app);
    expect(await echoAt(host, '/v1/caf%C3%A9/shop/cart')).toMatchObject({
      basePath: '/v1/caf%C3%A9/shop',
      path: '/cart',
      seen: '/cart',
    });
    expect(await echoAt(host, '/v1/b/shop')).toMatchObject({ basePath: '/v1/b/shop', path: '' });
  });

  test('without a prefix it takes what no route of the host takes', async () => {
    const app = fastify();
    app.register(toFastify(application, { native }));
    app.get('/', () => 'home');
    app.get('/users', () => 'users');
    const host = await started(app);
    expect((await raw(host, '/')).body.toString()).toBe('home');
    expect((await raw(host, '/users')).body.toString()).toBe('users');
    expect(await echoAt(host, '/users/7')).toMatchObject({
      basePath: '',
      path: '/users/7',
      seen: '/users/7',
    });
  });

  test('strip: false delegates: it sees the whole path', async () => {
    const app = fastify();
    app.register(toFastify(application, { native, strip: false }), { prefix: '/orders' });
    const host = await started(app);
    expect(await echoAt(host, '/orders/7')).toMatchObject({
      basePath: '',
      path: '/orders/7',
      seen: '/orders/7',
    });
  });

  test('an unclean target: base path by the one parser, and 400 where routers disagree', async () => {
    const host = await hosting(application, '/shop', native);
    expect(await echoAt(host, '/%73hop/a%2Fb')).toMatchObject({
      basePath: '/shop',
      path: '/a%2Fb',
      seen: '/a%2Fb',
    });
    expect(await echoAt(host, '/shop//evil.example')).toMatchObject({
      basePath: '/shop',
      seen: '/evil.example',
    });
    expect((await raw(host, '/shop/../admin')).status).toBe(400);
    expect((await raw(host, '/shop/%2e%2e/admin')).status).toBe(400);
  });

  test('a body arrives whole, of every type, without the parsers of the host (#B14)', async () => {
    const host = await hosting(application, '/shop', native);
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'x/y']) {
      const response = await fetch(`${host.url}/shop/x`, {
        method: 'POST',
        body: '{"broken',
        headers: { 'content-type': type },
      });
      expect(await response.json()).toMatchObject({ method: 'POST', body: '{"broken' });
    }
  });

  test("the host's bodyLimit does not apply", async () => {
    const app = fastify({ bodyLimit: 10 });
    app.register(toFastify(application, { native }), { prefix: '/shop' });
    const host = await started(app);
    const response = await fetch(`${host.url}/shop/x`, { method: 'POST', body: 'more than ten bytes' });
    expect(await response.json()).toMatchObject({ body: 'more than ten bytes' });
  });

  test("hooks of the host see the client's URL, before and after (#B20)", async () => {
    const seen: string[] = [];
    const app = fastify();
    app.addHook(
      'onRequest',
      async ({ url, originalUrl }) => void seen.push(`onRequest ${url} ${originalUrl}`),
    );
    app.addHook(
      'onResponse',
      async ({ url, originalUrl }) => void seen.push(`onResponse ${url} ${originalUrl}`),
    );
    app.register(toFastify(application, { native }), { prefix: '/shop' });
    const host = await started(app);
    await echoAt(host, '/shop/cart?id=1');
    expect(seen).toEqual([
      'onRequest /shop/cart?id=1 /shop/cart?id=1',
      'onResponse /shop/cart?id=1 /shop/cart?id=1',
    ]);
  });

  test('state: what the host knows, the application is told', async () => {
    const app = fastify();
    app.decorateRequest('user', '');
    app.addHook('onRequest', async (request) => {
      (request as unknown as { user: string }).user = 'ada';
    });
    app.register(toFastify(application, { native, state: userOf }), { prefix: '/shop' });
    const host = await started(app);
    expect(await echoAt(host, '/shop')).toMatchObject({ state: { user: 'ada' } });
  });

  test.each(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'])('%s reaches it', async (method) => {
    const host = await hosting(application, '/shop', native);
    const response = await raw(host, '/shop/x', method);
    expect(response.status).toBe(200);
    if (method !== 'HEAD') expect(JSON.parse(response.body.toString())).toMatchObject({ method });
  });

  test('headers that hooks of the host have set go out too', async () => {
    const app = fastify();
    app.addHook('onRequest', async (_request, reply) => void reply.header('x-host', 'yes'));
    app.register(toFastify(application, { native }), { prefix: '/shop' });
    const response = await fetch(`${(await started(app)).url}/shop`);
    expect(response.headers.get('x-host')).toBe('yes');
  });

  test('an onFinished callback runs once', async () => {
    const outcomes: Outcome[] = [];
    const finishing: Application = {
      fetch: (_request, context) => {
        context?.onFinished((outcome) => void outcomes.push(outcome));
        return new Response('done');
      },
      handle: (request, response) => {
        contextOf(request).onFinished((outcome) => void outcomes.push(outcome));
        response.end('done');
      },
    };
    const { handle: _handle, ...webOnly } = finishing;
    const host = await hosting(native ? finishing : webOnly, '/shop', native);
    await (await fetch(`${host.url}/shop`)).text();
    await expect.poll(() => outcomes).toEqual([{ kind: 'completed', status: 200 }]);
  });
});

describe('toFastify, composing: the answer', () => {
  test('hooks of the host see status and headers, and may change both and the body', async () => {
    const app = fastify();
    app.addHook('onSend', async (_request, reply, payload) => {
      reply.header('x-seen', `${reply.statusCode} ${String(reply.getHeader('x-inner'))}`);
      reply.code(202);
      return `${String(payload)}!`;
    });
    app.register(toFastify(web(() => new Response('hello', { status: 201, headers: { 'x-inner': 'a' } }))), {
      prefix: '/shop',
    });
    const response = await fetch(`${(await started(app)).url}/shop`);
    expect(response.status).toBe(202);
    expect(response.headers.get('x-seen')).toBe('201 a');
    expect(await response.text()).toBe('hello!');
    expect(response.headers.get('content-length')).toBe('6');
  });

  test('several Set-Cookie headers stay several, beside those of the host (#B13)', async () => {
    const app = fastify();
    app.addHook('onRequest', async (_request, reply) => void reply.header('set-cookie', 'outer=1'));
    const headers: [string, string][] = [
      ['set-cookie', 'a=1; Expires=Wed, 09 Jun 2027 10:18:14 GMT'],
      ['set-cookie', 'b=2'],
    ];
    app.register(toFastify(web(() => new Response('x', { headers }))), { prefix: '/shop' });
    const response = await fetch(`${(await started(app)).url}/shop`);
    expect(response.headers.getSetCookie()).toEqual([
      'outer=1',
      'a=1; Expires=Wed, 09 Jun 2027 10:18:14 GMT',
      'b=2',
    ]);
  });

  test('Vary of host and application add up', async () => {
    const app = fastify();
    app.addHook('onRequest', async (_request, reply) => void reply.header('vary', 'Origin'));
    app.register(toFastify(web(() => new Response('x', { headers: { vary: 'Accept' } }))));
    const response = await fetch((await started(app)).url);
    expect(response.headers.get('vary')).toBe('Origin, Accept');
  });

  test('reason phrase, length, and no type where the application gave none', async () => {
    const bytes = new TextEncoder().encode('hello');
    const host = await hosting(
      web(() => new Response(bytes, { status: 418, statusText: 'Short And Stout' })),
    );
    const response = await raw(host, '/');
    expect(response.statusLine).toBe('HTTP/1.1 418 Short And Stout');
    expect(response.headers.map(([name]) => name.toLowerCase())).not.toContain('content-type');
    expect(response.body.toString()).toBe('hello');
  });

  test.each([204, 205, 304])('%i has no body', async (status) => {
    const host = await hosting(web(() => new Response(null, { status, headers: { etag: '"x"' } })));
    const response = await raw(host, '/');
    expect(response).toMatchObject({ status, body: Buffer.alloc(0) });
    expect(response.headers).toContainEqual(['etag', '"x"']);
  });

  test('HEAD keeps the length, and an endless body is cancelled (#B11)', async () => {
    let isCancelled = false;
    const endless = (): ReadableStream<Uint8Array> =>
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(10)),
        cancel: () => void (isCancelled = true),
      });
    const host = await hosting(web(() => new Response(endless(), { headers: { 'content-length': '7' } })));
    const response = await raw(host, '/', 'HEAD');
    expect(response.headers).toContainEqual(['content-length', '7']);
    expect(isCancelled).toBe(true);
  });

  test.each([
    ['never closes', () => new Promise<void>(() => undefined)],
    ['fails to close', () => Promise.reject(new Error('close'))],
  ])('HEAD does not wait for a body that %s', async (_how, cancel) => {
    const application = web(
      () => new Response(new ReadableStream({ cancel }), { headers: { 'x-inner': 'a' } }),
    );
    const response = await raw(await hosting(application), '/', 'HEAD');
    expect(response.status).toBe(200);
    expect(response.headers).toContainEqual(['x-inner', 'a']);
  });

  test('HEAD with a body that was used before is the error that GET with it is', async () => {
    const response = new Response('once');
    await response.text();
    const application = faulty(() => response);
    const host = await hosting(application);
    expect((await raw(host, '/', 'HEAD')).status).toBe(500);
    expect((await raw(host, '/')).status).toBe(500);
  });

  test('what the application throws goes to the error handler of the host', async () => {
    const app = fastify();
    app.setErrorHandler((error, _request, reply) =>
      reply.code(503).send(`sorry: ${(error as Error).message}`),
    );
    app.register(toFastify(web(() => Promise.reject(new Error('boom')))), { prefix: '/a' });
    // oxlint-disable-next-line prefer-promise-reject-errors -- that is the case
    app.register(toFastify(faulty(() => Promise.reject(undefined))), { prefix: '/b' });
    app.register(toFastify(faulty(() => undefined as unknown as Response)), { prefix: '/c' });
    const host = await started(app);
    expect(await (await fetch(`${host.url}/a`)).text()).toBe('sorry: boom');
    expect((await fetch(`${host.url}/b`)).status).toBe(503);
    expect(await (await fetch(`${host.url}/c`)).text()).toContain(
      'answered with undefined instead of a Response',
    );
  });

  test('a body of another length than it says is an error, and not a desynchronised connection', async () => {
    const host = await hosting(faulty(() => new Response('hello', { headers: { 'content-length': '3' } })));
    expect((await raw(host, '/')).status).toBe(500);
  });

  test('an answer of 404 is an answer: the host does not look further', async () => {
    const app = fastify();
    app.setNotFoundHandler((_request, reply) => reply.code(404).send('of the host'));
    app.register(toFastify(web(() => new Response('of the application', { status: 404 }))), {
      prefix: '/shop',
    });
    const response = await fetch(`${(await started(app)).url}/shop/x`);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('of the application');
  });
});

describe('toFastify, composing: streams', () => {
  test('an upload of 20 MB arrives whole, and a download of 20 MB too', async () => {
    const application = web(async (request) => {
      let size = 0;
      for await (const chunk of request.body ?? []) size += (chunk as Uint8Array).length;
      let left = size;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          const chunk = new Uint8Array(Math.min(left, 65_536));
          left -= chunk.length;
          if (chunk.length === 0) controller.close();
          else controller.enqueue(chunk);
        },
      });
      return new Response(body);
    });
    const host = await hosting(application, '/shop');
    const response = await fetch(`${host.url}/shop`, { method: 'POST', body: new Uint8Array(20_000_000) });
    expect((await response.arrayBuffer()).byteLength).toBe(20_000_000);
  });

  test('a client that does not read holds the producer back', async () => {
    let produced = 0;
    const application = web(
      () =>
        new Response(
          new ReadableStream<Uint8Array>({
            pull(controller) {
              produced += 65_536;
              controller.enqueue(new Uint8Array(65_536));
            },
          }),
        ),
    );
    const host = await hosting(application);
    const connection = await Connection.open(host.port);
    connection.socket.pause();
    await connection.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    let before = -1;
    await expect.poll(() => before === (before = produced) && produced > 0, { interval: 200 }).toBe(true);
    expect(produced).toBeLessThan(30_000_000);
    connection.reset();
  });

  test('a first event arrives before the stream ends, and the head before the first event', async () => {
    let send: ((text: string) => void) | undefined;
    const application = web(
      () =>
        new Response(
          new ReadableStream<Uint8Array>({
            start(controller) {
              send = (text) => controller.enqueue(new TextEncoder().encode(text));
            },
          }),
          { headers: { 'content-type': 'text/event-stream' } },
        ),
    );
    const host = await hosting(application);
    const connection = await Connection.open(host.port);
    await connection.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await connection.waitFor('\r\n\r\n');
    send?.('data: 1\n\n');
    await connection.waitFor('data: 1');
    connection.reset();
  });

  test('a client that goes away aborts the signal and cancels the body', async () => {
    const heard: string[] = [];
    const application = web((request) => {
      request.signal.addEventListener('abort', () => heard.push('abort'));
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new Uint8Array(10)),
        cancel: () => void heard.push('cancel'),
      });
      return new Response(body);
    });
    const host = await hosting(application);
    const connection = await Connection.open(host.port);
    await connection.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await connection.waitFor('\r\n\r\n');
    connection.reset();
    await expect.poll(() => heard.toSorted()).toEqual(['abort', 'cancel']);
  });

  test('a client that goes away before the answer aborts the signal', async () => {
    let isAborted = false;
    let isCalled = false;
    const application = web(async (request) => {
      isCalled = true;
      await once(request.signal, 'abort');
      isAborted = true;
      return new Response('late');
    });
    const host = await hosting(application);
    const connection = await Connection.open(host.port);
    await connection.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(() => isCalled).toBe(true);
    connection.reset();
    await expect.poll(() => isAborted).toBe(true);
  });

  test('a client that goes away before the answer is no failure of the application', async () => {
    const outcomes: unknown[] = [];
    for (const [name, application] of leftAlone(outcomes)) {
      const seen: unknown[] = [];
      let arrived: (() => void) | undefined;
      const isAsked = new Promise<void>((resolve) => (arrived = resolve));
      const app = fastify();
      app.addHook('onRequest', async () => arrived?.());
      app.addHook('onError', async (_request, _reply, error) => void seen.push(error));
      app.addHook('onSend', async (_request, reply) => void seen.push(reply.statusCode));
      app.register(toFastify(application, { onError: (error) => seen.push(error) }));
      const host = await started(app);
      const connection = await Connection.open(host.port);
      await connection.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      await isAsked;
      connection.socket.destroy();
      await expect.poll(() => seen.length).toBeGreaterThan(0);
      expect([name, ...seen]).toEqual([name, 499]);
    }
    await expect.poll(() => outcomes).toEqual(['aborted', 'aborted']);
  });

  test('a body that fails midway cuts the connection, and the next request is answered', async () => {
    let isFirst = true;
    const outcomes: unknown[] = [];
    const application = web((_request, context) => {
      context?.onFinished((outcome) => void outcomes.push(outcome.kind));
      if (!isFirst) return new Response('fine');
      isFirst = false;
      return new Response(cutBody());
    });
    const host = await hosting(application);
    const connection = await Connection.open(host.port);
    await connection.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await connection.closed;
    expect(connection.unread).not.toContain('\r\n0\r\n');
    expect((await raw(host, '/')).body.toString()).toBe('fine');
    await expect.poll(() => outcomes).toEqual(['failed', 'completed']);
  });
});

describe('toFastify, composing: a stream that the host', () => {
  test.each([
    ['replaces', async () => 'instead', 200],
    ['fails to send', () => Promise.reject(new Error('hook')), 500],
  ])('%s is cancelled, and the application hears the end', async (_what, onSend, status) => {
    const heard: string[] = [];
    const body = (): ReadableStream<Uint8Array> =>
      new ReadableStream({ cancel: () => void heard.push('cancel') });
    const endless = fromNode((_request, response) => {
      response.on('close', () => heard.push(`close, finished: ${response.writableFinished}`));
      response.setHeader('content-type', 'text/plain');
      response.write('begun');
    });
    const app = fastify();
    app.addHook('onSend', async (_request, _reply, payload) =>
      payload instanceof Readable ? onSend() : payload,
    );
    app.register(toFastify(web(() => new Response(body()))), { prefix: '/web' });
    app.register(toFastify(lint(endless)), { prefix: '/node' });
    const host = await started(app);
    expect((await raw(host, '/web')).status).toBe(status);
    expect((await raw(host, '/node')).status).toBe(status);
    await expect.poll(() => heard).toEqual(['cancel', 'close, finished: false']);
  });

  test('pipes through another cuts the connection when it fails midway, and harms nobody', async () => {
    const app = fastify();
    app.addHook('onSend', async (_request, _reply, payload) => (payload as Readable).pipe(new PassThrough()));
    app.register(toFastify(web(() => new Response(cutBody()))));
    const host = await started(app);
    const connection = await Connection.open(host.port);
    await connection.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await connection.closed;
    expect(connection.unread).toContain('HTTP/1.1 200 OK');
    expect(connection.unread).not.toContain('\r\n0\r\n');
  });
});

describe('toFastify in its host', () => {
  test.each([false, true])(
    'a body that the host has read is refused loudly (#B15), native: %s',
    async (native) => {
      const errors: string[] = [];
      const app = fastify();
      app.addHook('preParsing', async (request) => {
        for await (const _chunk of request.raw);
      });
      app.setErrorHandler((error: Error & { code?: string }, _request, reply) => {
        errors.push(`${error.code}: ${error.message}`);
        void reply.code(500).send('failed');
      });
      app.register(toFastify(native ? nativeEcho : echo, { native }), { prefix: '/shop' });
      const host = await started(app);
      const response = await fetch(`${host.url}/shop/x?token=1`, { method: 'POST', body: 'hello' });
      expect(response.status).toBe(500);
      expect(errors).toEqual([expect.stringMatching(/^VIADUCT_E_BODY_READ: .*POST \/shop\/x was read/)]);
    },
  );

  test('the application starts with ready() and stops with close(), once although mounted twice', async () => {
    const calls: string[] = [];
    const application: Application = {
      ...echo,
      start: () => void calls.push('start'),
      stop: () => void calls.push('stop'),
    };
    const app = fastify();
    app.register(toFastify(application), { prefix: '/a' });
    app.register(toFastify(application), { prefix: '/b' });
    await app.ready();
    expect(calls).toEqual(['start']);
    await app.close();
    expect(calls).toEqual(['start', 'stop']);
  });

  test('a start that fails fails ready(), and names the application', async () => {
    const app = fastify();
    app.register(toFastify({ ...echo, start: () => Promise.reject(new Error('no database')) }));
    await expect(app.ready()).rejects.toMatchObject({
      code: 'VIADUCT_E_START',
      message: expect.stringContaining('toFastify: application "echo" failed to start: no database'),
    });
    await app.close();
  });

  test.each(['', '/shop'])('@fastify/cors on the host answers preflights, prefix: %j', async (prefix) => {
    const app = fastify();
    app.register(cors, { origin: 'https://a.example' });
    app.register(toFastify(echo), { prefix });
    const host = await started(app);
    const headers = { origin: 'https://a.example', 'access-control-request-method': 'PUT' };
    const preflight = await fetch(`${host.url}/shop/x`, { method: 'OPTIONS', headers });
    expect(preflight.status).toBe(204);
    const response = await fetch(`${host.url}/shop/x`, { headers });
    expect(response.headers.get('access-control-allow-origin')).toBe('https://a.example');
  });

  test('a client that sends two hosts is refused by the error handler of the host', async () => {
    const host = await hosting(echo);
    expect((await raw(host, '/', 'GET', ['Host: other.example'])).status).toBe(400);
  });

  test('what is no application is refused when it is built', () => {
    expect(() => toFastify(fastify() as never)).toThrow(/^toFastify: this is a Fastify instance/);
  });

  test('keep-alive requests one after the other do not disturb each other', async () => {
    const host = await hosting(echo, '/shop');
    const connection = await Connection.open(host.port);
    for (const id of [1, 2, 3]) {
      await connection.write(
        `POST /shop/${id} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nb${id}GET /shop/x HTTP/1.1\r\nHost: x\r\n\r\n`,
      );
      expect(JSON.parse((await connection.read()).body.toString())).toMatchObject({
        path: `/${id}`,
        body: `b${id}`,
      });
      expect(JSON.parse((await connection.read()).body.toString())).toMatchObject({ path: '/x', body: '' });
    }
    connection.socket.destroy();
  });

  test('native: the very objects of the server, with what only they can do', async () => {
    const application: Application = {
      ...nativeEcho,
      handle(_request, response) {
        response.writeEarlyHints({ link: '</a.css>; rel=preload' });
        response.writeHead(700, 'Odd', { Trailer: 'X-Sum' });
        response.write('body');
        response.addTrailers({ 'X-Sum': '4' });
        response.end();
      },
    };
    const host = await hosting(application, undefined, true);
    const seen: unknown[] = [];
    const request = httpRequest(host.url);
    request.on('information', ({ statusCode }) => seen.push(statusCode));
    request.end();
    const [response] = await once(request, 'response');
    response.resume();
    await once(response, 'end');
    expect(seen).toEqual([103]);
    expect(response).toMatchObject({ statusCode: 700, statusMessage: 'Odd', trailers: { 'x-sum': '4' } });
  });
});
