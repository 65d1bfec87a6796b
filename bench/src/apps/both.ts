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

/** The same beside so many others that the table has `count` mounts. */
export function dispatchAmong(count: number, size: AppSize): Application {
  const other = { fetch: () => new Response('another shop') };
  const others = Array.from({ length: count - 2 }, (_, index) => [
    `/area-${index % 97}/shop-${index}`,
    other,
  ]);
  return createDispatcher({
    ...Object.fromEntries(others),
    '/': fromKoa(createKoaApp(size)),
    [API]: fromFastify(createFastifyApp(size)),
  });
}

/** Where {@link dispatchDeep} has both. */
export const DEEP = '/eu/north';

/** The same three dispatchers deep, with a guard that reads a header of each request. */
export function dispatchDeep(size: AppSize): Application {
  const inner = dispatchBoth(size);
  const middle = createDispatcher({ '/': () => new Response('north and south'), '/north': inner });
  const guards: DispatcherOptions['guards'] = {
    [DEEP]: (head) =>
      head.headers.get('user-agent') === null ? new Response('who are you?', { status: 403 }) : undefined,
  };
  return createDispatcher({ '/': () => new Response('the world'), '/eu': middle }, { guards });
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
