import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import { createDispatcher, serve } from 'viaduct';
import { createFastifyApp } from './fastify.js';
import { createKoaApp } from './koa.js';
import type { Question } from '../contender.js';
import { askForProduct } from './products.js';

/** Asks the Koa application behind the gateway. */
export const askKoa: Question = askForProduct('');
/** Asks the Fastify application behind the gateway. */
export const askFastify: Question = askForProduct('/api');

/** Serves both applications from one port, and returns it. */
export async function serveBoth(): Promise<number> {
  const application = createDispatcher({
    '/': fromKoa(createKoaApp()),
    '/api': fromFastify(createFastifyApp()),
  });
  const server = await serve(application, { port: 0, host: '127.0.0.1' });
  return server.port;
}
