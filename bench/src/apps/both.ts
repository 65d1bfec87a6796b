import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import { type Application, createDispatcher, type DispatcherOptions } from 'viaduct';
import { listen } from '../listen.js';
import type { AppSize } from '../workloads.js';
import { createFastifyApp } from './fastify.js';
import { createKoaApp } from './koa.js';
import { API } from './places.js';

/** Both applications behind one dispatcher: Koa's is the fallback, Fastify's is mounted. */
export function dispatchBoth(size: AppSize, options: DispatcherOptions = {}): Application {
  const mounts = { '/': fromKoa(createKoaApp(size)), [API]: fromFastify(createFastifyApp(size)) };
  return createDispatcher(mounts, options);
}

/** Serves both from one port by the least that could do it, and returns the port. */
export async function switchByHand(size: AppSize): Promise<number> {
  const koa = createKoaApp(size).callback();
  const fastify = createFastifyApp(size);
  await fastify.ready();
  return listen((request, response) => {
    const { url = '/' } = request;
    if (!url.startsWith(`${API}/`)) return void koa(request, response);
    request.url = url.slice(API.length);
    fastify.routing(request, response);
  });
}
