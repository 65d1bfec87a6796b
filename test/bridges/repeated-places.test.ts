import { Router } from '@koa/router';
import { toFastify } from '@viaduct/fastify';
import { toKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';
import mount from 'koa-mount';
import { describe, expect, test } from 'vitest';
import { nativeEcho } from './echo.js';
import { listen, type Listening, raw } from './hosts.js';

/** Where in its host a request has arrived must not depend on where the one before it did. */
const TARGETS = [
  '/v1/a/shop',
  '/v1/a/shop/',
  '/v1/a/shop?back=/v1/a/shop/cart',
  '/v1/a/shop/cart',
  '/v1/a/shop/cart?id=1',
  '/v1/a/shop/a/shop',
  '/v1/a/shop/v1/a/shop/cart',
  '/v1/b/shop/cart',
  '/v1/ab/shop/cart',
  '/v1/%61/shop/cart',
  '/v1/a/shop/..%2fcart',
  '/v1/shop/shop/cart',
  '/shop',
  '/shop/cart',
  '/shop/eu',
  '/shop/eu/cart',
  '/shop/eu?back=/shop/cart',
];

const HOSTS: Record<string, () => Promise<Listening>> = {
  async 'a Fastify host'() {
    const app = fastify();
    app.register(toFastify(nativeEcho, { native: true }), { prefix: '/v1/:tenant/shop' });
    await app.ready();
    return listen(app.routing);
  },
  'a route of Koa'() {
    const router = new Router();
    router.all('/v1/:tenant/shop{/*path}', toKoa(nativeEcho, { native: true }));
    return listen(new Koa().use(router.routes()).callback());
  },
  'a route of Koa below koa-mount'() {
    const router = new Router();
    router.all('/:tenant/shop{/*path}', toKoa(nativeEcho, { native: true }));
    return listen(new Koa().use(mount('/v1', new Koa().use(router.routes()))).callback());
  },
  async 'two places of one Fastify host'() {
    const app = fastify();
    const hosted = toFastify(nativeEcho, { native: true });
    app.register(hosted, { prefix: '/shop' });
    app.register(hosted, { prefix: '/shop/eu' });
    await app.ready();
    return listen(app.routing);
  },
  async 'a Fastify host whose prefix ends with a parameter'() {
    const app = fastify();
    app.register(toFastify(nativeEcho, { native: true }), { prefix: '/v1/:tenant' });
    await app.ready();
    return listen(app.routing);
  },
  async 'a Fastify host that rewrites URLs'() {
    const app = fastify({ rewriteUrl: ({ url = '' }) => url.replace('/eu/', '/us/') });
    app.register(toFastify(nativeEcho, { native: true }), { prefix: '/shop' });
    await app.ready();
    return listen(app.routing);
  },
  'two routes of Koa'() {
    const router = new Router();
    const hosted = toKoa(nativeEcho, { native: true });
    router.all('/shop/eu{/*path}', hosted);
    router.all('/shop{/*path}', hosted);
    return listen(new Koa().use(router.routes()).callback());
  },
};

async function answerOf(host: Listening, target: string): Promise<string> {
  const { status, body } = await raw(host, target);
  return `${status} ${body.toString()}`;
}

describe.each(Object.entries(HOSTS))('in %s', (_name, open) => {
  test.each(TARGETS)('after any other, %s arrives where it does as the first', async (target) => {
    const expected = await answerOf(await open(), target);
    const host = await open();
    for (const other of TARGETS) {
      await answerOf(host, other);
      expect(await answerOf(host, target), `after ${other}`).toBe(expected);
    }
  });
});
