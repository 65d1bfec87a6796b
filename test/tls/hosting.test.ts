import { once } from 'node:events';
import { createSecureServer, createServer as createHttp2Server, connect } from 'node:http2';
import type { AddressInfo, Server as TcpServer } from 'node:net';
import { Readable } from 'node:stream';
import { fromKoa } from '@viaduct/koa';
import { toFastify } from '@viaduct/fastify';
import { toKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';
import mount from 'koa-mount';
import { contextOf, createDispatcher, lint, type Outcome, toNode } from 'viaduct';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ask, askOn, openSession } from './ask.js';
import { LOCALHOST } from './certificates.js';

const outcomes: Outcome[] = [];

function shop(): Koa {
  const app = new Koa();
  app.silent = true;
  app.use((ctx) => {
    contextOf(ctx.req).onFinished((outcome) => void outcomes.push(outcome));
    if (ctx.path === '/echo') ctx.body = ctx.req;
    else if (ctx.path === '/stream') ctx.body = Readable.from(['a', 'b', 'c']);
    else if (ctx.path === '/cookies') {
      ctx.res.appendHeader('set-cookie', 'a=1').appendHeader('set-cookie', 'b=2');
      ctx.body = 'cookies';
    } else {
      const pseudo = Object.keys(ctx.req.headers).filter(
        (name) => name.startsWith(':') && ctx.req.httpVersionMajor === 1,
      );
      ctx.body = [
        ctx.path,
        ctx.originalUrl,
        ctx.protocol,
        ctx.host.replace(/\d+$/, 'port'),
        contextOf(ctx.req).basePath,
        ...pseudo,
      ].join(' ');
    }
  });
  return app;
}

async function listening(server: {
  listen(port: number, host: string): unknown;
  once(event: 'listening', listener: () => void): unknown;
  address(): unknown;
  close(): unknown;
}): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server as TcpServer, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe.each([false, true])('a Koa app inside a Fastify with HTTP/2, native: %s', (native) => {
  async function open(): Promise<number> {
    const host = fastify({ http2: true, https: { ...LOCALHOST, allowHTTP1: true } });
    host.get('/', async () => 'host');
    void host.register(toFastify(lint(fromKoa(shop())), { native }), { prefix: '/shop' });
    await host.listen({ port: 0, host: '127.0.0.1' });
    onTestFinished(() => host.close());
    return (host.server.address() as AddressInfo).port;
  }

  it.each(['/shop/cart?id=1', '/shop', '/shop/stream', '/shop/cookies', '/shop/a%2Fb', '/'])(
    'answers %s over both protocols alike',
    async (path) => {
      const port = await open();
      expect(await ask(port, 'h2', { path })).toEqual(await ask(port, 'http/1.1', { path }));
    },
  );

  it('takes an upload, tells once how it ended, and sees host and protocol', async () => {
    const port = await open();
    outcomes.length = 0;
    const body = Buffer.alloc(200_000, 'pattern');
    const headers = { 'content-type': 'application/octet-stream' };
    const reply = await ask(port, 'h2', { method: 'POST', path: '/shop/echo', headers, body });
    expect(Buffer.from(reply.body, 'latin1').equals(body)).toBe(true);
    await vi.waitFor(() => expect(outcomes).toEqual([{ kind: 'completed', status: 200 }]));
    expect((await ask(port, 'h2', { path: '/shop/x' })).body).toBe('/x /shop/x https localhost:port /shop');
  });
});

describe('an application on an HTTP/2 server that is not ours', () => {
  const application = createDispatcher({
    '/koa': fromKoa(shop()),
    '/web': (request) => new Response([request.url.replace(/:\d+/, ''), ...request.headers.keys()].join(' ')),
  });

  it('answers through toNode', async () => {
    const server = createSecureServer({ ...LOCALHOST, allowHTTP1: true }, toNode(application) as never);
    const session = openSession(await listening(server));
    outcomes.length = 0;
    expect((await askOn(session, { path: '/koa/x' })).body).toBe('/x /koa/x https localhost:port /koa');
    expect((await askOn(session, { path: '/web/x' })).body).toBe('https://localhost/x host');
    expect((await askOn(session, { path: '/koa/cookies' })).headers['set-cookie']).toEqual(['a=1', 'b=2']);
    await vi.waitFor(() => expect(outcomes.map(({ kind }) => kind)).toEqual(['completed', 'completed']));
  });

  it('answers over h2c, where the server in front speaks it', async () => {
    const server = createHttp2Server(toNode(application) as never);
    const session = connect(`http://127.0.0.1:${await listening(server)}`);
    onTestFinished(() => session.destroy());
    expect((await askOn(session, { path: '/web/x' })).body).toBe('http://127.0.0.1/x host');
  });

  it('answers inside a Koa app that runs on it', async () => {
    const host = new Koa().use(mount('/in', toKoa(lint(fromKoa(shop()))))).use((ctx) => {
      ctx.body = 'host';
    });
    const server = createSecureServer(LOCALHOST, host.callback() as never);
    const session = openSession(await listening(server));
    expect((await askOn(session, { path: '/in/x' })).body).toBe('/x /in/x https localhost:port /in');
    expect((await askOn(session, { path: '/else' })).body).toBe('host');
  });
});
