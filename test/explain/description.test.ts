import { Router } from '@koa/router';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import mount from 'koa-mount';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import { createDispatcher, fromNode, lint, withHooks } from 'viaduct';
import { describeApplication, explainRequest } from 'viaduct/explain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const noop = (): void => undefined;

describe('What an application tells of its routes', () => {
  const app = fastify();
  const routes = [
    '/',
    '/orders/:id',
    '/orders/:id/items/:item',
    '/o/:number(^\\d+$)',
    '/o/:name/x',
    '/files/*',
  ];
  for (const route of [...routes, '/a::b', '/opt/:x?', '/café (x)', '/at/:hour(^\\d{2})h:minute(^\\d{2})m']) {
    app.get(route, async () => route);
  }
  app.get('/orders/:order/notes', async () => '');
  app.post('/orders', async () => '');
  app.all('/any', async () => '');
  app.get('/v', { constraints: { version: '1.2.0' } }, async () => '');
  app.get('/v', { constraints: { host: /^x\.org$/ } }, async () => '');
  app.register(async (inner) => void inner.get('/late', async () => ''), { prefix: '/plugin' });
  const application = fromFastify(app, { name: 'api' });

  beforeAll(() => application.start?.());
  afterAll(() => application.stop?.());

  test('of Fastify: every pattern as it was written, those of plugins too, with methods and constraints', () => {
    const told = describeApplication(application).routes?.map(({ methods, path, condition }) =>
      [methods.join(' '), path, condition].filter((part) => part !== undefined).join(' '),
    );
    expect(told?.toSorted()).toEqual(
      [
        ...routes.map((route) => `GET HEAD ${route}`),
        'GET HEAD /a::b',
        'GET HEAD /opt',
        'GET HEAD /opt/:x',
        'GET HEAD /café (x)',
        'GET HEAD /at/:hour(^\\d{2})h:minute(^\\d{2})m',
        'GET HEAD /orders/:id/notes',
        'POST /orders',
        'ANY /any',
        'GET HEAD /v version 1.2.0',
        'GET HEAD /v host /^x\\.org$/',
        'GET HEAD /plugin/late',
      ].toSorted(),
    );
  });

  test('of Fastify: the route of a request is the one that Fastify itself runs', async () => {
    const targets = [
      '/',
      '/orders/7',
      '/o/12',
      '/o/ab/x',
      '/files/a/b',
      '/a:b',
      '/opt',
      '/opt/1',
      '/at/12h30m',
      '/no',
    ];
    for (const url of targets) {
      const { verdict } = explainRequest(application, { method: 'GET', target: url });
      // oxlint-disable-next-line no-await-in-loop -- one after the other is plainer to read when it fails
      const { payload, statusCode } = await app.inject(url);
      const told = verdict.kind === 'application' ? verdict.route : undefined;
      if (statusCode === 404) expect(told, url).toBe('none');
      else
        expect(told, url).toMatchObject({
          path: payload.replace('?', '').replace(/^\/opt\/:x$/, url === '/opt' ? '/opt' : '/opt/:x'),
        });
    }
  });

  test('of Fastify before it is ready: no routes, since those of its plugins are not there', () => {
    const early = describeApplication(fromFastify(async (inner) => void inner.get('/x', noop)));
    expect(early).toEqual({ name: 'fastify', framework: 'fastify', basePath: '' });
  });

  test('of Koa: the routes of @koa/router, nested ones too, and how much middleware may answer besides', () => {
    const router = new Router({ prefix: '/shop' });
    const nested = new Router();
    nested.get('/:id', noop);
    router.get('/cart', noop).use('/orders', nested.routes()).all('/any', noop);
    const koa = new Koa()
      .use(async function log() {})
      .use(mount('/old', new Koa()))
      .use(router.routes());
    const shop = fromKoa(koa, { name: 'shop' });
    expect(describeApplication(shop)).toMatchObject({
      framework: 'koa',
      routes: [
        { methods: ['GET', 'HEAD'], path: '/shop/cart' },
        { methods: ['GET', 'HEAD'], path: '/shop/orders/:id' },
        { methods: ['ANY'], path: '/shop/any' },
      ],
      besides: ['2 middleware (log, unnamed)'],
    });
    expect(explainRequest(shop, { method: 'GET', target: '/shop/orders/7' }).verdict).toMatchObject({
      route: { path: '/shop/orders/:id' },
    });
    expect(explainRequest(shop, { method: 'POST', target: '/shop/cart' }).verdict).toMatchObject({
      route: 'none',
    });
  });

  test('of Express: its routes; where a router is put is told by nobody', () => {
    const app5 = express();
    const router = express.Router();
    router.post('/q', noop);
    app5.get('/x/:y', noop);
    app5.use(express.json()).use('/sub', router);
    expect(describeApplication(fromNode(app5, { name: 'old' }))).toMatchObject({
      framework: 'express',
      routes: [
        { methods: ['GET'], path: '/x/:y' },
        { methods: ['POST'], path: '…/q' },
      ],
      besides: ['1 middleware (jsonParser)'],
    });
  });

  test('of Hono: its routes; of a plain function or a foreign object: that nothing is known', () => {
    const hono = new Hono().get('/h', (c) => c.text('')).all('/all', (c) => c.text(''));
    expect(describeApplication(hono).routes).toMatchObject([
      { methods: ['GET'], path: '/h' },
      { methods: ['ANY'], path: '/all' },
    ]);
    expect(describeApplication(fromNode(noop)).routes).toBeUndefined();
    expect(describeApplication({ fetch: () => new Response() }).routes).toBeUndefined();
  });

  test('through every wrapper and dispatcher above: whole paths, and the guards that every request passes', () => {
    const table = createDispatcher(
      { '/': fromNode(noop, { name: 'old' }), '/v1': lint(withHooks(application, {})) },
      { name: 'inner', guards: { '/v1': function requireUser() {} } },
    );
    const described = describeApplication(
      createDispatcher({ 'x.org/api': withHooks(table, {}), '/del': { application, strip: false } }),
    );
    expect(described.mounts?.map(({ host, path, strip }) => [host, path, strip])).toEqual([
      ['x.org', '/api', true],
      ['', '/del', false],
    ]);
    const inner = described.mounts?.[0]?.application;
    expect(inner?.mounts?.map(({ path, guardedBy }) => [path, guardedBy])).toEqual([
      ['/api', []],
      ['/api/v1', [{ key: '/v1', name: 'requireUser' }]],
    ]);
    expect(inner?.mounts?.[1]?.application.routes?.map(({ wholePath }) => wholePath)).toContain(
      '/api/v1/orders/:id',
    );
    expect(described.mounts?.[1]?.application.routes?.map(({ wholePath }) => wholePath)).toContain(
      '/orders/:id',
    );
  });
});
