import { bodyParser } from '@koa/bodyparser';
import { Router } from '@koa/router';
import Koa from 'koa';
import type { AppSize } from '../workloads.js';
import { DOWNLOAD_LENGTH, streamDownload } from './payloads.js';
import { findProduct } from './products.js';

/** The Koa application, in the make that a workload asks. */
export function createKoaApp(size: AppSize): Koa {
  return size === 'small' ? createSmall() : createFull();
}

/** One function, one answer: whatever stands before it weighs most here. */
function createSmall(): Koa {
  const app = new Koa();
  app.use((ctx) => {
    if (ctx.path === '/hello') ctx.body = { hello: 'world' };
  });
  return app;
}

/** What real ones have: an error page, a request id, a clock, security headers, a body parser, a router. */
function createFull(): Koa {
  const app = new Koa();
  let served = 0;

  app.use(async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      ctx.status = 500;
      ctx.body = { error: String(error) };
    }
  });
  app.use(async (ctx, next) => {
    served += 1;
    ctx.state['requestId'] = ctx.get('x-request-id') || `koa-${served}`;
    ctx.set('X-Request-Id', ctx.state['requestId']);
    await next();
  });
  app.use(async (ctx, next) => {
    const startedAt = performance.now();
    await next();
    ctx.set('X-Response-Time', `${(performance.now() - startedAt).toFixed(1)}ms`);
  });
  app.use(async (ctx, next) => {
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('X-Frame-Options', 'DENY');
    await next();
  });
  app.use(bodyParser());

  const router = new Router();
  router.get('/', (ctx) => {
    ctx.body = 'shop';
  });
  router.get('/products', (ctx) => {
    ctx.body = { total: 100 };
  });
  router.get('/products/:id', (ctx) => {
    const product = findProduct(Number(ctx.params['id']));
    if (product === undefined) ctx.throw(404);
    ctx.body = product;
  });
  router.post('/orders', (ctx) => {
    const order = ctx.request.body as { product?: unknown };
    if (findProduct(Number(order.product)) === undefined) ctx.throw(400, 'no such product');
    ctx.status = 201;
    ctx.body = { ...order, isAccepted: true };
  });
  router.post('/echo', (ctx) => {
    ctx.type = 'application/octet-stream';
    ctx.body = ctx.req;
  });
  router.get('/download', (ctx) => {
    ctx.type = 'application/octet-stream';
    ctx.set('Content-Length', DOWNLOAD_LENGTH);
    ctx.body = streamDownload();
  });
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
}
