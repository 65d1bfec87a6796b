import { Router } from '@koa/router';
import Koa from 'koa';
import { findProduct } from './products.js';

/** A Koa application with what real ones have: an error page, a request id, a clock, security headers, a router. */
export function createKoaApp(): Koa {
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
    ctx.status = 201;
  });
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
}
