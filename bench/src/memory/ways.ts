import type { Application } from 'viaduct';
import { listen } from '../listen.js';

/**
 * A server whose memory is looked at, in a process of its own: its modules are imported when it starts, so that
 * a bare one holds nothing of Viaduct. One application each, since two frameworks in one process are not what
 * Viaduct adds.
 */
export interface MemoryWay {
  /** The bare server that it is compared with. */
  readonly against?: string;
  /** Listens on a free port of the loopback address, and returns the port. */
  start(): Promise<number>;
}

/** The ways, by name; each answers at `/products/42`. */
export const WAYS: Readonly<Record<string, MemoryWay>> = {
  koa: {
    async start() {
      const { createKoaApp } = await import('../apps/koa.js');
      return listen(createKoaApp('full').callback());
    },
  },
  'viaduct-koa': {
    against: 'koa',
    async start() {
      const { createKoaApp } = await import('../apps/koa.js');
      const { fromKoa } = await import('@viaduct/koa');
      return dispatch(fromKoa(createKoaApp('full')));
    },
  },
  fastify: {
    async start() {
      const { createFastifyApp } = await import('../apps/fastify.js');
      const app = createFastifyApp('full');
      await app.ready();
      return listen(app.routing);
    },
  },
  'viaduct-fastify': {
    against: 'fastify',
    async start() {
      const { createFastifyApp } = await import('../apps/fastify.js');
      const { fromFastify } = await import('@viaduct/fastify');
      return dispatch(fromFastify(createFastifyApp('full')));
    },
  },
};

async function dispatch(application: Application): Promise<number> {
  const { createDispatcher, serve } = await import('viaduct');
  const { port } = await serve(createDispatcher({ '/': application }), { port: 0, host: '127.0.0.1' });
  return port;
}
