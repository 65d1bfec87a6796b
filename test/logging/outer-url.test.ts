import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';
import { contextOf, createDispatcher, lint } from 'viaduct';
import { describe, expect, test } from 'vitest';
import { open, Written } from './written.js';

describe("The frameworks' own logs", () => {
  test("Fastify's own log lines show the URL as the app sees it; request.originalUrl is the whole one (fastify#2620)", async () => {
    const own = new Written();
    const app = fastify({ logger: { stream: own } });
    app.get('/users', async (request) => `${request.url} ${request.originalUrl}`);
    const server = await open(
      lint(createDispatcher({ '/v1': createDispatcher({ '/api': fromFastify(app) }) })),
    );
    const response = await fetch(`${server.url}/v1/api/users?x=1`);
    expect(await response.text()).toBe('/users?x=1 /v1/api/users?x=1');
    const [incoming] = await own.entries(2);
    expect(incoming).toMatchObject({ msg: 'incoming request' });
    expect(incoming?.['req']).toMatchObject({ url: '/users?x=1' });
  });

  test('with the serializer of the documentation they show the whole URL and the mount', async () => {
    const own = new Written();
    const app = fastify({
      logger: {
        stream: own,
        serializers: {
          req: ({ method, originalUrl, raw }) => ({
            method,
            url: originalUrl,
            mount: contextOf(raw).basePath,
          }),
        },
      },
    });
    app.get('/users', async () => 'users');
    const server = await open(lint(createDispatcher({ '/api': fromFastify(app) })));
    await fetch(`${server.url}/api/users?x=1`);
    const [incoming] = await own.entries(2);
    expect(incoming?.['req']).toEqual({ method: 'GET', url: '/api/users?x=1', mount: '/api' });
  });

  test('a Koa logger that writes ctx.originalUrl shows the whole URL', async () => {
    const lines: string[] = [];
    const app = new Koa().use(async (ctx, next) => {
      await next();
      lines.push(
        `${ctx.method} ${ctx.originalUrl} ${ctx.href} ${ctx.status} mount=${contextOf(ctx.req).basePath}`,
      );
    });
    app.use((ctx) => {
      ctx.body = 'shop';
    });
    const server = await open(lint(createDispatcher({ '/shop': fromKoa(app) })));
    await fetch(`${server.url}/shop/cart?x=1`);
    expect(lines).toEqual([`GET /shop/cart?x=1 ${server.url}/shop/cart?x=1 200 mount=/shop`]);
  });
});
