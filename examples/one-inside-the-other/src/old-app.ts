import { fromFastify } from '@viaduct/fastify';
import { toKoa } from '@viaduct/koa';
import Koa from 'koa';
import mount from 'koa-mount';
import { contextOf } from 'viaduct';
import { reports } from './reports.js';

/** The old app, in Koa. It was written for `/`, and runs below `/old` without a change. */
export function oldApp(): Koa {
  const app = new Koa();

  app.use(async (ctx, next) => {
    const begin = performance.now();
    await next();
    ctx.set('Server-Timing', `old;dur=${(performance.now() - begin).toFixed(1)}`);
  });

  // A part of it is being rewritten in Fastify already, and is tried out in its place.
  app.use(mount('/reports', toKoa(fromFastify(reports))));

  app.use((ctx) => {
    if (ctx.path !== '/cart') return;
    const { basePath, state } = contextOf(ctx.req);
    ctx.cookies.set('cart', 'moss-mug');
    ctx.cookies.set('seen', 'yes');
    ctx.body = {
      user: state['user'],
      // Links are made of the base path: the app is told where it is.
      checkout: `${basePath}/checkout`,
      asked: ctx.href,
    };
  });
  return app;
}
