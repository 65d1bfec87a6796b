import { mkdtempSync, rmSync } from 'node:fs';
import { request as send } from 'node:http';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  contextOf,
  createDispatcher,
  type ProxyTrust,
  type RequestContext,
  serve,
  type Server,
} from 'viaduct';
import { fromKoa } from '@viaduct/koa';
import Koa from 'koa';
import { afterEach, describe, expect, it } from 'vitest';

interface Seen {
  readonly address: string;
  readonly protocol: string;
  readonly host: string;
  readonly url: string;
  readonly basePath: string;
  readonly path: string;
  readonly target: string;
  readonly ip: string;
  readonly href: string;
  readonly reqUrl: string;
  readonly headers: Record<string, string>;
}

let server: Server | undefined;
afterEach(async () => {
  server?.httpServer.closeAllConnections();
  await server?.close();
});

async function see(trustProxy: ProxyTrust | undefined, headers: Record<string, string>, path = '/a/x?y=1') {
  const app = new Koa({ proxy: true });
  app.use((ctx) => {
    const context = contextOf(ctx.req);
    const seen: Seen = {
      address: context.clientAddress ?? '',
      protocol: context.protocol,
      host: context.host,
      url: context.url,
      basePath: context.basePath,
      path: context.path,
      target: context.target,
      ip: ctx.ip,
      href: ctx.href,
      reqUrl: ctx.url,
      headers: ctx.headers as Record<string, string>,
    };
    ctx.body = seen;
  });
  const application = createDispatcher({
    '/a': fromKoa(app),
    'shop.example/a': () => new Response('by host'),
  });
  server = await serve(application, {
    port: 0,
    host: '127.0.0.1',
    ...(trustProxy === undefined ? {} : { trustProxy }),
  });
  return get({ port: server.port, host: '127.0.0.1' }, path, headers);
}

function get(
  address: { port: number; host: string } | { socketPath: string },
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = send({ ...address, path, headers: { host: 'h.example', ...headers } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.on('error', reject).end();
  });
}

const forwarded = {
  'X-Forwarded-For': '198.51.100.7, 10.0.0.2',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Host': 'public.example',
  'X-Forwarded-Prefix': '/front',
  Forwarded: 'for=198.51.100.9',
  'X-Real-IP': '198.51.100.8',
};

describe('forwarded headers', () => {
  it('S3, A4.69, A5.85: from a peer that is not trusted are not believed, and no application sees them', async () => {
    const { body } = await see(undefined, forwarded);
    const seen = JSON.parse(body) as Seen;
    expect(seen).toMatchObject({
      address: '127.0.0.1',
      protocol: 'http',
      host: 'h.example',
      basePath: '/a',
      path: '/x',
      ip: '127.0.0.1',
      href: 'http://h.example/a/x?y=1',
    });
    expect(Object.keys(seen.headers).filter((name) => /forwarded|real/.test(name))).toEqual([]);
  });

  it.each<[string, ProxyTrust]>([
    ['ranges', ['loopback', '10.0.0.0/8']],
    ['a list in one string', '127.0.0.1, 10.0.0.0/8'],
    ['IPv4-mapped IPv6', ['::ffff:127.0.0.1', '::ffff:10.0.0.2']],
    ['a number of proxies', 2],
    ['a function', (address: string) => address === '127.0.0.1' || address === '10.0.0.2'],
  ])('S4: are believed by %s, all with the same verdict', async (_form, trust) => {
    const { body } = await see(trust, forwarded);
    expect(JSON.parse(body)).toMatchObject({
      address: '198.51.100.7',
      protocol: 'https',
      host: 'public.example',
      url: 'https://public.example/front/a/x?y=1',
      basePath: '/front/a',
      path: '/x',
      target: '/a/x?y=1',
      reqUrl: '/x?y=1',
    });
  });

  it('stop being believed at the first address that is not trusted', async () => {
    const { body } = await see('loopback', { 'X-Forwarded-For': '203.0.113.1, 198.51.100.7' });
    expect(JSON.parse(body)).toMatchObject({ address: '198.51.100.7' });
  });

  it('take the value that the nearest trusted proxies added, not what the client wrote before it', async () => {
    const { body } = await see(1, {
      'X-Forwarded-For': '6.6.6.6, 198.51.100.7',
      'X-Forwarded-Host': 'evil.example, public.example',
    });
    expect(JSON.parse(body)).toMatchObject({ address: '198.51.100.7', host: 'public.example' });
  });

  it.each<[string, ProxyTrust, string | undefined]>([
    ['unix', 'unix', '198.51.100.7'],
    ['unix, and the addresses behind it', 'unix, 198.51.100.0/24', '203.0.113.1'],
    ['an address, which it has not', 'loopback', undefined],
  ])('of the peer of a Unix socket are believed by %s', async (_form, trust, address) => {
    const path = join(mkdtempSync(join(tmpdir(), 'viaduct-unix-')), 'app.sock');
    server = await serve((_, { clientAddress }) => Response.json({ clientAddress }), {
      path,
      trustProxy: trust,
    });
    const { body } = await get({ socketPath: path }, '/', {
      'X-Forwarded-For': 'unix, 203.0.113.1, 198.51.100.7',
    });
    expect((JSON.parse(body) as { clientAddress?: string }).clientAddress).toBe(address);
    rmSync(dirname(path), { recursive: true });
  });

  it.each([
    ['with a port', '198.51.100.7:5678', '198.51.100.7'],
    ['of IPv6 with a port', '[2001:db8::1]:443', '2001:db8::1'],
    ['of IPv6 in brackets', '[2001:db8::1]', '2001:db8::1'],
    ['of IPv4 in the form of IPv6', '::ffff:198.51.100.7', '198.51.100.7'],
    ['that is a name', 'client.example', '127.0.0.1'],
    ['that is hidden', '_hidden', '127.0.0.1'],
    ['that is unknown', 'unknown', '127.0.0.1'],
    ['that is markup', '<b>198.51.100.7</b>', '127.0.0.1'],
    ['that is a number', '3325256711', '127.0.0.1'],
    ['that is empty', ' , ', '127.0.0.1'],
  ])('name a client %s: what the context tells is always an address', async (_form, written, address) => {
    const { status, body } = await see('loopback', { 'X-Forwarded-For': written });
    expect([status, (JSON.parse(body) as Seen).address]).toEqual([200, address]);
    expect(isIP(address)).not.toBe(0);
  });

  it('are believed when a function says so of the address as it is written, on a server of both families', async () => {
    const asked: string[] = [];
    const trustProxy = (address: string): boolean => asked.push(address) > 0 && address === '127.0.0.1';
    const application = (_request: Request, { clientAddress }: RequestContext): Response =>
      new Response(clientAddress);
    server = await serve(application, { port: 0, trustProxy });
    const { body } = await get({ port: server.port, host: '127.0.0.1' }, '/', {
      'x-forwarded-for': '203.0.113.9',
    });
    expect(body).toBe('203.0.113.9');
    expect(new Set(asked)).toEqual(new Set(['127.0.0.1', '203.0.113.9']));
  });

  it('are not believed when the function throws, which is reported and ends nothing', async () => {
    const errors: unknown[] = [];
    server = await serve(
      (_request: Request, { clientAddress }: RequestContext) => new Response(clientAddress),
      {
        port: 0,
        host: '127.0.0.1',
        trustProxy() {
          throw new Error('no list');
        },
        onError: (error) => void errors.push(error),
      },
    );
    const { body } = await get({ port: server.port, host: '127.0.0.1' }, '/', {
      'x-forwarded-for': '203.0.113.9',
    });
    expect(body).toBe('127.0.0.1');
    expect(errors).toContainEqual(new Error('no list'));
  });

  it('unix means nothing over TCP, nor in a header', async () => {
    const { body } = await see('unix', { 'X-Forwarded-For': '198.51.100.7, unix' });
    expect(JSON.parse(body)).toMatchObject({ address: '127.0.0.1' });
  });

  it('A4.69: a trusted host chooses the mount', async () => {
    expect(await see('loopback', { 'X-Forwarded-Host': 'shop.example' })).toEqual({
      status: 200,
      body: 'by host',
    });
  });

  it.each([
    ['host', { 'X-Forwarded-Host': 'a b/c' }],
    ['prefix', { 'X-Forwarded-Prefix': '/a/../b' }],
    ['prefix that is another host', { 'X-Forwarded-Prefix': '//evil.example' }],
  ])(
    'refuse with 400 a malformed %s, even from a trusted proxy',
    async (_what, headers: Record<string, string>) => {
      expect((await see('loopback', headers)).status).toBe(400);
    },
  );

  it.each<[unknown, string]>([
    ['10.0.0.0/99', 'trustProxy: invalid range on address: 10.0.0.0/99.'],
    ['nonsense', 'trustProxy: invalid IP address: nonsense.'],
    [true, 'trustProxy: true is none of them. Write addresses'],
  ])('trustProxy %s is refused when the server is made', async (trust, message) => {
    await expect(serve(() => new Response(), { trustProxy: trust as ProxyTrust })).rejects.toThrow(message);
  });
});
