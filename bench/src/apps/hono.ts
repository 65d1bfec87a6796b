import { Hono } from 'hono';
import type { AppSize } from '../workloads.js';
import { DOWNLOAD_LENGTH, streamDownloadToWeb } from './payloads.js';
import { findProduct } from './products.js';

/** The Hono application, in the make that a workload asks. */
export function createHonoApp(size: AppSize): Hono {
  return size === 'small' ? createSmall() : createFull();
}

function createSmall(): Hono {
  const app = new Hono();
  app.get('/hello', (context) => context.json({ hello: 'world' }));
  return app;
}

function createFull(): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('X-Frame-Options', 'DENY');
    await next();
  });
  app.get('/products/:id', (context) => {
    const product = findProduct(Number(context.req.param('id')));
    return product === undefined ? context.notFound() : context.json(product);
  });
  app.post('/orders', async (context) => {
    const order = (await context.req.json()) as { product?: unknown };
    if (findProduct(Number(order.product)) === undefined) return context.body(null, 400);
    return context.json({ ...order, isAccepted: true }, 201);
  });
  app.post('/echo', ({ req }) => {
    return new Response(req.raw.body, { headers: { 'Content-Type': 'application/octet-stream' } });
  });
  app.get('/download', (context) =>
    context.body(streamDownloadToWeb(), 200, {
      'Content-Type': 'application/octet-stream',
      'Content-Length': DOWNLOAD_LENGTH,
    }),
  );
  return app;
}
