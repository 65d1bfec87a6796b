import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';
import { contextOf, createDispatcher } from 'viaduct';

/** A Koa and a Fastify app behind the runtime's own server, which knows nothing of Node. */
const shop = new Koa();
shop.use((ctx) => {
  ctx.cookies.set('a', '1');
  ctx.body = { app: 'koa', path: ctx.path, href: ctx.href, runtime: typeof contextOf(ctx.req).runtime };
});

const api = fastify();
api.post('/echo', async (request) => ({ app: 'fastify', body: request.body, url: request.originalUrl }));

const application = createDispatcher({ '/': fromKoa(shop), '/api': fromFastify(api) });
await application.start();

interface ForeignRuntime {
  readonly Bun?: { serve(options: { port: number; fetch: unknown }): { readonly port: number } };
  readonly Deno?: {
    serve(options: { port: number; onListen(address: { port: number }): void }, handler: unknown): unknown;
  };
}

const { Bun, Deno } = globalThis as ForeignRuntime;
if (Bun !== undefined) {
  const { port } = Bun.serve({
    port: 0,
    fetch: (request: Request, server: object) => application.fetch(request, server),
  });
  console.log(`port ${port}`);
} else {
  Deno?.serve(
    { port: 0, onListen: ({ port }) => console.log(`port ${port}`) },
    (request: Request, info: object) => application.fetch(request, info),
  );
}
