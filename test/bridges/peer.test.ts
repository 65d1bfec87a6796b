import { type Application, createContext, createDispatcher, lint } from '@viaduct/core';
import { fromFastify, toFastify } from '@viaduct/fastify';
import { fromKoa, toKoa } from '@viaduct/koa';
import { fromNode, serve } from '@viaduct/node';
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import { describe, expect, test } from 'vitest';
import { later, listening, raw } from './hosts.js';

/** Without a proxy setting of their own, and with one. */
const APPLICATIONS: readonly (readonly [name: string, create: () => Application])[] = [
  [
    'a handler',
    () =>
      fromNode(({ socket, headers: { host } }, response) => {
        const { remoteAddress, remoteFamily, localAddress } = socket;
        const facts = [remoteAddress, remoteFamily, localAddress, 'encrypted' in socket, host];
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(facts));
      }),
  ],
  ['Koa', () => koaApp({})],
  ['Koa that trusts all', () => koaApp({ proxy: true })],
  ['Express', () => expressApp(false)],
  ['Express that trusts one hop', () => expressApp(1)],
  ['Express that trusts the proxy', () => expressApp('loopback')],
  ['Fastify', () => fastifyApp(false)],
  ['Fastify that trusts the proxy', () => fastifyApp('loopback')],
];

function koaApp(options: { proxy?: boolean }): Application {
  const app = new Koa(options);
  app.use((ctx) => void (ctx.body = [ctx.ip, ctx.ips, ctx.protocol, ctx.host]));
  return fromKoa(app);
}

function expressApp(trust: number | string | boolean): Application {
  const app = express().set('trust proxy', trust);
  app.use(({ ip, ips, protocol, hostname }, response) => void response.json([ip, ips, protocol, hostname]));
  return fromNode(app);
}

function fastifyApp(trustProxy: string | boolean): Application {
  const app = fastify({ trustProxy });
  app.get('/*', async ({ ip, ips, protocol, host }) => [ip, ips, protocol, host]);
  return fromFastify(app);
}

function inKoa(application: Application, native = false): Application {
  return fromKoa(new Koa().use(toKoa(application, { native })));
}

function inFastify(application: Application): Application {
  const app = fastify();
  app.register(toFastify(application));
  return fromFastify(app);
}

function webFaceOf(application: Application): Application {
  return {
    fetch: (request, context) => application.fetch(request, context),
    start: () => application.start?.(),
    stop: () => application.stop?.(),
  };
}

const FORWARDED = [
  'X-Forwarded-For: 203.0.113.6, 198.51.100.7',
  'X-Forwarded-Proto: https',
  'X-Forwarded-Host: public.example',
];

describe.each(APPLICATIONS)('%s sees the same peer on every way', (_name, create) => {
  test.each([
    ['behind a proxy that the server trusts', 'loopback'],
    ['spoken to by a client that writes the headers of a proxy', undefined],
  ])('%s', async (_peer, trustProxy) => {
    const application = createDispatcher({
      '/direct': lint(create()),
      '/in-koa': inKoa(lint(create())),
      '/in-koa-native': inKoa(lint(create()), true),
      '/in-fastify': inFastify(lint(create())),
      '/in-both': inKoa(inFastify(create())),
      '/web-face': webFaceOf(create()),
      '/in-a-web-face': webFaceOf(inKoa(create())),
    });
    const server = await serve(application, {
      port: 0,
      host: '127.0.0.1',
      ...(trustProxy !== undefined && { trustProxy }),
    });
    later(() => server.close());
    const host = listening(server.httpServer);
    const ask = async (path: string): Promise<string> =>
      (await raw(host, `${path}/`, 'GET', FORWARDED)).body.toString();
    const direct = await ask('/direct');
    expect(JSON.parse(direct)).toHaveLength(direct.includes('IPv4') ? 5 : 4);
    if (trustProxy === undefined) expect(direct).not.toMatch(/198\.51|203\.0|https|public/);
    for (const path of [
      '/in-koa',
      '/in-koa-native',
      '/in-fastify',
      '/in-both',
      '/web-face',
      '/in-a-web-face',
    ])
      expect([path, await ask(path)]).toEqual([path, direct]);
  });
});

test('without a socket, an application sees the client that the runtime tells of', async () => {
  const request = new Request('https://shop.example/');
  const context = createContext(request, { clientAddress: '198.51.100.7' });
  for (const application of [koaApp({}), inKoa(koaApp({}))]) {
    const response = await application.fetch(request, context);
    expect(await response.json()).toEqual(['198.51.100.7', [], 'https', 'shop.example']);
  }
});
