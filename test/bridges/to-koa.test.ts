import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import { bodyParser } from '@koa/bodyparser';
import { Router } from '@koa/router';
import { type Application, contextOf, type Outcome } from '@viaduct/core';
import { type KoaMiddleware, toKoa } from '@viaduct/koa';
import Koa from 'koa';
import mount from 'koa-mount';
import { describe, expect, test } from 'vitest';
import { Connection } from '../conformance/connection.js';
import { cutBody, type Echo, echo, faulty, leftAlone, nativeEcho, web } from './echo.js';
import { listen, type Listening, raw } from './hosts.js';

/** A host that keeps quiet about errors that a test provokes. */
function koa(...middleware: readonly KoaMiddleware[]): Koa {
  const app = new Koa();
  app.silent = true;
  for (const each of middleware) app.use(each);
  return app;
}

function userOf(ctx: Koa.Context): object {
  return { user: ctx.state['user'] };
}

function started(app: Koa): Promise<Listening> {
  return listen(app.callback());
}

async function echoAt(host: Listening, target: string): Promise<Echo> {
  const response = await raw(host, target);
  expect(response.status).toBe(200);
  return JSON.parse(response.body.toString()) as Echo;
}

describe.each([
  ['composing', false, echo],
  ['native', true, nativeEcho],
] as const)('toKoa, %s: where the application is', (_way, native, application) => {
  test('used alone, it sees every path', async () => {
    const host = await started(koa().use(toKoa(application, { native })));
    expect(await echoAt(host, '/cart?id=1')).toMatchObject({
      basePath: '',
      path: '/cart',
      seen: '/cart?id=1',
    });
    expect(await echoAt(host, '/')).toMatchObject({ basePath: '', path: '/', seen: '/' });
  });

  test('below koa-mount it sees its path stripped, and knows base path and target (#B16)', async () => {
    const host = await started(koa().use(mount('/shop', toKoa(application, { native }))));
    expect(await echoAt(host, '/shop/cart?id=1')).toMatchObject({
      basePath: '/shop',
      path: '/cart',
      seen: '/cart?id=1',
      target: '/shop/cart?id=1',
      whole: '/shop/cart',
    });
    expect(await echoAt(host, '/shop')).toMatchObject({ basePath: '/shop', path: '', seen: '/' });
    expect(await echoAt(host, '/shop/')).toMatchObject({ basePath: '/shop', path: '/', seen: '/' });
    expect((await raw(host, '/shopping')).status).toBe(404);
  });

  test('nested koa-mounts add up, also one that ends with a slash', async () => {
    const inner = koa().use(mount('/shop/', toKoa(application, { native })));
    const host = await started(koa().use(mount('/v1', inner)));
    expect(await echoAt(host, '/v1/shop/cart')).toMatchObject({
      basePath: '/v1/shop',
      path: '/cart',
      seen: '/cart',
    });
  });

  test('below koa-mount a body that is read late meets the stripped path still (#B2)', async () => {
    const host = await started(koa().use(mount('/shop', toKoa(application, { native }))));
    const response = await fetch(`${host.url}/shop/cart`, { method: 'POST', body: 'hello' });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ seen: '/cart', body: 'hello' });
  });

  test('in a route with a wildcard, what stands before the wildcard is the base path', async () => {
    const router = new Router({ prefix: '/v1' });
    router.all('/:tenant/shop{/*path}', toKoa(application, { native }));
    const host = await started(koa(router.routes()));
    expect(await echoAt(host, '/v1/caf%C3%A9/shop/cart')).toMatchObject({
      basePath: '/v1/caf%C3%A9/shop',
      path: '/cart',
      seen: '/cart',
    });
    expect(await echoAt(host, '/v1/a/shop')).toMatchObject({ basePath: '/v1/a/shop', path: '', seen: '/' });
  });

  test('in a route below koa-mount, both add up', async () => {
    const router = new Router();
    router.all('/shop/{*path}', toKoa(application, { native }));
    const host = await started(koa().use(mount('/v1', koa(router.routes()))));
    expect(await echoAt(host, '/v1/shop/cart')).toMatchObject({
      basePath: '/v1/shop',
      path: '/cart',
      seen: '/cart',
    });
  });

  test('behind a router that has passed a request on, that route counts for nothing', async () => {
    const router = new Router();
    router.all('/shop/{*path}', (_ctx, next) => next());
    const host = await started(koa(router.routes()).use(toKoa(application, { native })));
    expect(await echoAt(host, '/shop/cart')).toMatchObject({
      basePath: '',
      path: '/shop/cart',
      seen: '/shop/cart',
    });
  });

  test('strip: false delegates: it sees the whole path', async () => {
    const host = await started(koa().use(mount('/orders', toKoa(application, { native, strip: false }))));
    expect(await echoAt(host, '/orders/7')).toMatchObject({
      basePath: '',
      path: '/orders/7',
      seen: '/orders/7',
    });
  });

  test('a URL that middleware has rewritten is the URL from there on', async () => {
    const app = koa().use((ctx, next) => {
      ctx.url = '/new/place?id=1';
      return next();
    });
    const host = await started(app.use(toKoa(application, { native })));
    expect(await echoAt(host, '/old')).toMatchObject({
      basePath: '',
      path: '/new/place',
      seen: '/new/place?id=1',
    });
  });

  test('an unclean target: base path by the one parser, and 400 where routers disagree', async () => {
    const host = await started(koa().use(mount('/shop', toKoa(application, { native }))));
    expect(await echoAt(host, '/shop/a%2Fb')).toMatchObject({
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

  test("middleware of the host sees the client's URL, before and after (#B20)", async () => {
    const seen: string[] = [];
    const app = koa().use(async (ctx, next) => {
      seen.push(`${ctx.url} ${ctx.originalUrl}`);
      await next();
      seen.push(`${ctx.url} ${ctx.originalUrl} ${ctx.status}`);
    });
    const host = await started(app.use(mount('/shop', toKoa(application, { native }))));
    await echoAt(host, '/shop/cart?id=1');
    expect(seen).toEqual(['/shop/cart?id=1 /shop/cart?id=1', '/shop/cart?id=1 /shop/cart?id=1 200']);
  });

  test('state: what the host knows, the application is told', async () => {
    const app = koa().use((ctx, next) => {
      ctx.state.user = 'ada';
      return next();
    });
    const host = await started(app.use(toKoa(application, { native, state: userOf })));
    expect(await echoAt(host, '/')).toMatchObject({ state: { user: 'ada' } });
  });

  test.each(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'])(
    '%s reaches it, and is answered 200 and not with the 404 that Koa presets (#B1)',
    async (method) => {
      const host = await started(koa().use(mount('/shop', toKoa(application, { native }))));
      const response = await raw(host, '/shop/x', method);
      expect(response.status).toBe(200);
      if (method !== 'HEAD') expect(JSON.parse(response.body.toString())).toMatchObject({ method });
    },
  );

  test('headers that middleware of the host has set go out too', async () => {
    const app = koa().use((ctx, next) => {
      ctx.set('X-Host', 'yes');
      return next();
    });
    const response = await fetch((await started(app.use(toKoa(application, { native })))).url);
    expect(response.headers.get('x-host')).toBe('yes');
  });

  test('an onFinished callback runs once', async () => {
    const outcomes: Outcome[] = [];
    const finishing: Application = {
      fetch: (_request, context) => {
        context?.onFinished((outcome) => void outcomes.push(outcome));
        return new Response('done');
      },
      ...(native && {
        handle: (request, response) => {
          contextOf(request).onFinished((outcome) => void outcomes.push(outcome));
          response.end('done');
        },
      }),
    };
    const host = await started(koa().use(toKoa(finishing, { native })));
    await (await fetch(host.url)).text();
    await expect.poll(() => outcomes).toEqual([{ kind: 'completed', status: 200 }]);
  });

  test('a body that a parser of the host has read is refused loudly (#B15)', async () => {
    const errors: string[] = [];
    const app = koa()
      .use(bodyParser())
      .use(mount('/shop', toKoa(application, { native })));
    app.on('error', (error: Error & { code?: string }) => errors.push(`${error.code}: ${error.message}`));
    const host = await started(app);
    const send = (type: string) =>
      fetch(`${host.url}/shop/x?token=1`, { method: 'POST', body: '{}', headers: { 'content-type': type } });
    expect((await send('application/json')).status).toBe(500);
    expect(errors).toEqual([expect.stringMatching(/^VIADUCT_E_BODY_READ: .*POST \/shop\/x|\/x was read/)]);
    expect(await (await send('text/csv')).json()).toMatchObject({ body: '{}' });
    expect(await echoAt(host, '/shop/x')).toMatchObject({ path: '/x' });
  });

  test('keep-alive requests one after the other do not disturb each other', async () => {
    const host = await started(koa().use(mount('/shop', toKoa(application, { native }))));
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
});

describe('toKoa, composing: the answer', () => {
  test('middleware of the host sees status, headers and body, and may change them', async () => {
    const app = koa().use(async (ctx, next) => {
      await next();
      ctx.set('X-Seen', `${ctx.status} ${ctx.response.get('x-inner')} ${ctx.length}`);
      ctx.body = `${String(ctx.body)}!`;
      ctx.status = 202;
    });
    app.use(toKoa(web(() => new Response('hello', { status: 201, headers: { 'x-inner': 'a' } }))));
    const response = await fetch((await started(app)).url);
    expect(response.status).toBe(202);
    expect(response.headers.get('x-seen')).toBe('201 a 5');
    expect(await response.text()).toBe('hello!');
    expect(response.headers.get('content-length')).toBe('6');
  });

  test('several Set-Cookie headers stay several, beside those of the host (#B13)', async () => {
    const app = koa().use((ctx, next) => {
      ctx.cookies.set('outer', '1');
      return next();
    });
    const headers: [string, string][] = [
      ['set-cookie', 'a=1; Expires=Wed, 09 Jun 2027 10:18:14 GMT'],
      ['set-cookie', 'b=2'],
    ];
    const response = await fetch(
      (await started(app.use(toKoa(web(() => new Response('x', { headers })))))).url,
    );
    expect(response.headers.getSetCookie()).toEqual([
      'outer=1; path=/; httponly',
      'a=1; Expires=Wed, 09 Jun 2027 10:18:14 GMT',
      'b=2',
    ]);
  });

  test('Vary of host and application add up', async () => {
    const app = koa().use((ctx, next) => {
      ctx.vary('Origin');
      return next();
    });
    app.use(toKoa(web(() => new Response('x', { headers: { vary: 'Accept' } }))));
    expect((await fetch((await started(app)).url)).headers.get('vary')).toBe('Origin, Accept');
  });

  test('reason phrase, length, and no type where the application gave none', async () => {
    const bytes = new TextEncoder().encode('hello');
    const inner = web(() => new Response(bytes, { status: 418, statusText: 'Short And Stout' }));
    const response = await raw(await started(koa().use(toKoa(inner))), '/');
    expect(response.statusLine).toBe('HTTP/1.1 418 Short And Stout');
    expect(response.headers.map(([name]) => name.toLowerCase())).not.toContain('content-type');
    expect(response.body.toString()).toBe('hello');
  });

  test.each([204, 205, 304])('%i has no body', async (status) => {
    const inner = web(() => new Response(null, { status, headers: { etag: '"x"' } }));
    const response = await raw(await started(koa().use(toKoa(inner))), '/');
    expect(response).toMatchObject({ status, body: Buffer.alloc(0) });
    expect(response.headers).toContainEqual(['etag', '"x"']);
  });

  test.each([204, 205, 304])('%i describes no content, as any of Koa, and keeps the rest', async (status) => {
    const headers = { 'content-type': 'text/css', 'content-language': 'en', etag: '"x"' };
    const host = await started(koa().use(toKoa(faulty(() => new Response(null, { status, headers })))));
    for (const method of ['GET', 'HEAD']) {
      const names = (await raw(host, '/', method)).headers.map(([name]) => name.toLowerCase());
      expect(names).not.toContain('content-type');
      expect(names).toEqual(expect.arrayContaining(['content-language', 'etag']));
    }
  });

  test('a redirect without a body stays without one', async () => {
    const inner = web(() => new Response(null, { status: 302, headers: { location: '/there' } }));
    const response = await raw(await started(koa().use(toKoa(inner))), '/');
    expect(response).toMatchObject({ status: 302, body: Buffer.alloc(0) });
    expect(response.headers).toContainEqual(['location', '/there']);
  });

  test('HEAD keeps type and length, and an endless body is cancelled (#B11)', async () => {
    let isCancelled = false;
    const endless = (): ReadableStream<Uint8Array> =>
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(10)),
        cancel: () => void (isCancelled = true),
      });
    const headers = { 'content-length': '7', 'content-type': 'a/b' };
    const host = await started(koa().use(toKoa(web(() => new Response(endless(), { headers })))));
    const response = await raw(host, '/', 'HEAD');
    expect(response).toMatchObject({ status: 200 });
    expect(response.headers).toContainEqual(['content-length', '7']);
    expect(response.headers).toContainEqual(['content-type', 'a/b']);
    expect(isCancelled).toBe(true);
  });

  test('HEAD after the host has announced JSON says no length of its own', async () => {
    const app = koa().use((ctx, next) => {
      ctx.type = 'json';
      return next();
    });
    const host = await started(
      app.use(toKoa(web(() => new Response('a text', { headers: { etag: '"x"' } })))),
    );
    const { headers } = await raw(host, '/', 'HEAD');
    expect(headers).toContainEqual(['etag', '"x"']);
    expect(headers.map(([name]) => name.toLowerCase())).not.toContain('content-length');
  });

  test.each([
    ['never closes', () => new Promise<void>(() => undefined)],
    ['fails to close', () => Promise.reject(new Error('close'))],
  ])('HEAD does not wait for a body that %s', async (_how, cancel) => {
    const application = web(
      () => new Response(new ReadableStream({ cancel }), { headers: { 'x-inner': 'a' } }),
    );
    const response = await raw(await started(koa().use(toKoa(application))), '/', 'HEAD');
    expect(response.status).toBe(200);
    expect(response.headers).toContainEqual(['x-inner', 'a']);
  });

  test('HEAD with a body that was used before is the error that GET with it is', async () => {
    const response = new Response('once');
    await response.text();
    const application = faulty(() => response);
    const host = await started(koa().use(toKoa(application)));
    expect((await raw(host, '/', 'HEAD')).status).toBe(500);
    expect((await raw(host, '/')).status).toBe(500);
  });

  test('what the application throws goes to the error handling of the host', async () => {
    const app = koa().use(async (ctx, next) => {
      try {
        await next();
      } catch (error) {
        ctx.status = 503;
        ctx.body = `sorry: ${(error as Error).message}`;
      }
    });
    app.use(mount('/a', toKoa(web(() => Promise.reject(new Error('boom'))))));
    // oxlint-disable-next-line prefer-promise-reject-errors -- that is the case
    app.use(mount('/b', toKoa(faulty(() => Promise.reject(undefined)))));
    app.use(mount('/c', toKoa(faulty(() => undefined as unknown as Response))));
    const host = await started(app);
    expect(await (await fetch(`${host.url}/a`)).text()).toBe('sorry: boom');
    expect((await fetch(`${host.url}/b`)).status).toBe(503);
    expect(await (await fetch(`${host.url}/c`)).text()).toContain(
      'answered with undefined instead of a Response',
    );
  });

  test('a body of another length than it says is an error, and not a desynchronised connection', async () => {
    const inner = faulty(() => new Response('hello', { headers: { 'content-length': '3' } }));
    expect((await raw(await started(koa().use(toKoa(inner))), '/')).status).toBe(500);
  });

  test('an answer of 404 is an answer: what comes after is not asked', async () => {
    const app = koa()
      .use(toKoa(web(() => new Response('of the application', { status: 404 }))))
      .use((ctx) => void (ctx.body = 'of the host'));
    const response = await fetch((await started(app)).url);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('of the application');
  });

  test('OPTIONS * asks the server, and goes past', async () => {
    const app = koa()
      .use(toKoa(echo))
      .use((ctx) => void (ctx.body = 'of the host'));
    expect((await raw(await started(app), '*', 'OPTIONS')).body.toString()).toBe('of the host');
  });
});

describe('toKoa, composing: streams', () => {
  test('an upload of 20 MB arrives whole, and a download of 20 MB too', async () => {
    const application = web(async (request) => {
      let left = 0;
      for await (const chunk of request.body ?? []) left += (chunk as Uint8Array).length;
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
    const host = await started(koa().use(mount('/shop', toKoa(application))));
    const response = await fetch(`${host.url}/shop`, { method: 'POST', body: new Uint8Array(20_000_000) });
    expect((await response.arrayBuffer()).byteLength).toBe(20_000_000);
  });

  test('a client that does not read holds the producer back', async () => {
    let produced = 0;
    const body = (): ReadableStream<Uint8Array> =>
      new ReadableStream({
        pull(controller) {
          produced += 65_536;
          controller.enqueue(new Uint8Array(65_536));
        },
      });
    const host = await started(koa().use(toKoa(web(() => new Response(body())))));
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
    const body = (): ReadableStream<Uint8Array> =>
      new ReadableStream({
        start(controller) {
          send = (text) => controller.enqueue(new TextEncoder().encode(text));
        },
      });
    const headers = { 'content-type': 'text/event-stream' };
    const app = koa().use(async (ctx, next) => {
      await next();
      ctx.set('X-After', 'yes');
    });
    const host = await started(app.use(toKoa(web(() => new Response(body(), { headers })))));
    const connection = await Connection.open(host.port);
    await connection.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await connection.waitFor('\r\n\r\n');
    expect(connection.unread).toContain('X-After: yes');
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
    const host = await started(koa().use(toKoa(application)));
    const connection = await Connection.open(host.port);
    await connection.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await connection.waitFor('\r\n\r\n');
    connection.reset();
    await expect.poll(() => heard.toSorted()).toEqual(['abort', 'cancel']);
  });

  test('a body that the host replaces is cancelled', async () => {
    let isCancelled = false;
    const app = koa().use(async (ctx, next) => {
      await next();
      ctx.body = 'instead';
    });
    const body = (): ReadableStream<Uint8Array> =>
      new ReadableStream({ cancel: () => void (isCancelled = true) });
    const response = await fetch((await started(app.use(toKoa(web(() => new Response(body())))))).url);
    expect(await response.text()).toBe('instead');
    await expect.poll(() => isCancelled).toBe(true);
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
    const host = await started(koa().use(toKoa(application)));
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
      const app = koa().use(async (ctx, next) => {
        arrived?.();
        await next();
        seen.push(ctx.status);
      });
      app.on('error', (error) => seen.push(error));
      const host = await started(app.use(toKoa(application, { onError: (error) => seen.push(error) })));
      // Not by a reset, which Koa itself reports.
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
    const host = await started(koa().use(toKoa(application)));
    const connection = await Connection.open(host.port);
    await connection.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await connection.closed;
    expect(connection.unread).not.toContain('\r\n0\r\n');
    expect((await raw(host, '/')).body.toString()).toBe('fine');
    await expect.poll(() => outcomes).toEqual(['failed', 'completed']);
  });
});

describe('toKoa, composing: a stream that the host pipes through another', () => {
  test('cuts the connection when it fails midway, although the other does not hear of it', async () => {
    const app = koa().use(async (ctx, next) => {
      await next();
      ctx.body = (ctx.body as Readable).pipe(new PassThrough());
    });
    const host = await started(app.use(toKoa(web(() => new Response(cutBody())))));
    const connection = await Connection.open(host.port);
    await connection.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await connection.closed;
    expect(connection.unread).toContain('HTTP/1.1 200 OK');
    expect(connection.unread).not.toContain('\r\n0\r\n');
  });
});

describe('toKoa in its host', () => {
  test('the first request starts the application, once, and stop() stops it', async () => {
    const calls: string[] = [];
    const application: Application = {
      ...echo,
      async start() {
        calls.push('start');
        await new Promise((resolve) => setImmediate(resolve));
        calls.push('started');
      },
      stop: () => void calls.push('stop'),
    };
    const hosted = toKoa(application);
    const host = await started(koa().use(hosted));
    await Promise.all([echoAt(host, '/'), echoAt(host, '/')]);
    await hosted.stop();
    expect(calls).toEqual(['start', 'started', 'stop']);
  });

  test('start() starts it before the first request', async () => {
    let starts = 0;
    const hosted = toKoa({ ...echo, start: () => void (starts += 1) });
    await hosted.start();
    await echoAt(await started(koa().use(hosted)), '/');
    expect(starts).toBe(1);
  });

  test('a start that fails is an error of that request, and the next one tries again', async () => {
    let starts = 0;
    const hosted = toKoa({
      ...echo,
      start() {
        starts += 1;
        if (starts === 1) throw new Error('no database');
      },
    });
    const host = await started(koa().use(hosted));
    expect((await raw(host, '/')).status).toBe(500);
    expect((await raw(host, '/')).status).toBe(200);
  });

  test('a request that is not what it seems is refused by the error handling of the host', async () => {
    const host = await started(koa().use(toKoa(echo)));
    expect((await raw(host, '/', 'GET', ['Host: other.example'])).status).toBe(400);
    expect((await raw(host, '/', 'TRACE')).status).toBe(405);
  });

  test('what is no application is refused when it is built', () => {
    expect(() => toKoa(new Koa() as never)).toThrow(/^toKoa: this is a Koa app/);
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
    const host = await started(koa().use(toKoa(application, { native: true })));
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
