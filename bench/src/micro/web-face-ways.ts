import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify, { type FastifyInstance } from 'fastify';
import Koa from 'koa';
import inject from 'light-my-request';
import { toFetchHandler } from 'srvx/node';
import type { Application } from 'viaduct';

/** Asks an application of its own making once, and gives the text of the answer. */
export type Ask = () => Promise<string>;

/** The answer that every way must give. */
export const ANSWER = '{"hello":"world"}';

/** How a Node app can be asked in memory, by framework and by what asks; each is made when its process begins. */
export const WAYS: Readonly<Record<string, Readonly<Record<string, () => Ask | Promise<Ask>>>>> = {
  koa: {
    viaduct() {
      const application = fromKoa(createKoa());
      return () => fetchFrom(application);
    },
    'light-my-request'() {
      const handler = createKoa().callback();
      return async () => (await inject(handler as never, '/')).payload;
    },
    srvx() {
      const handler = toFetchHandler(createKoa().callback() as Parameters<typeof toFetchHandler>[0]);
      return async () => (await handler(new Request('http://localhost/'))).text();
    },
  },
  fastify: {
    async viaduct() {
      const application = fromFastify(createFastify());
      await application.start?.();
      return () => fetchFrom(application);
    },
    /** It is what `app.inject()` is made of. */
    'light-my-request'() {
      const app = createFastify();
      return async () => (await app.inject('/')).payload;
    },
    async srvx() {
      const app = createFastify();
      await app.ready();
      const handler = toFetchHandler(app.routing as Parameters<typeof toFetchHandler>[0]);
      return async () => (await handler(new Request('http://localhost/'))).text();
    },
  },
};

function createKoa(): Koa {
  const app = new Koa();
  app.use((ctx) => {
    ctx.body = { hello: 'world' };
  });
  return app;
}

function createFastify(): FastifyInstance {
  const app = fastify();
  app.get('/', async () => ({ hello: 'world' }));
  return app;
}

async function fetchFrom(application: Application): Promise<string> {
  const response = await application.fetch(new Request('http://localhost/'));
  return response.text();
}
