import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import { createDispatcher, serve } from 'viaduct';
import type { Question } from '../contender.js';
import { listen } from '../listen.js';
import { createFastifyApp } from './fastify.js';
import { createKoaApp } from './koa.js';
import { askForProduct } from './products.js';

/** Asks the Koa application, which has everything but `/api`. */
export const askKoa: Question = askForProduct('');
/** Asks the Fastify application, at `/api`. */
export const askFastify: Question = askForProduct('/api');

/** Serves both applications from one port by Viaduct, and returns the port. */
export async function serveBoth(): Promise<number> {
  const application = createDispatcher({
    '/': fromKoa(createKoaApp()),
    '/api': fromFastify(createFastifyApp()),
  });
  const server = await serve(application, { port: 0, host: '127.0.0.1' });
  return server.port;
}

/** Serves both from one port by the least that could do it, and returns the port. */
export async function switchByHand(): Promise<number> {
  const koa = createKoaApp().callback();
  const fastify = createFastifyApp();
  await fastify.ready();
  return listen((request, response) => {
    const { url = '/' } = request;
    if (!url.startsWith('/api/')) return void koa(request, response);
    request.url = url.slice('/api'.length);
    fastify.routing(request, response);
  });
}
