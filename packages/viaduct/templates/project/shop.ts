import { Router } from '@koa/router';
import Koa from 'koa';

/** The Koa app. It is mounted at `/`, and so gets every path that nobody else owns. */
export function createShop(): Koa {
  const app = new Koa();
  const router = new Router();

  router.get('/', (ctx) => {
    ctx.type = 'html';
    ctx.body =
      '<!doctype html><title>Viaduct</title><h1>This is Koa.</h1><p>And <a href="/api/hello">this is Fastify</a>.</p>';
  });

  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
}
