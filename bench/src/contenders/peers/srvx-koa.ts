import { toFetchHandler, toNodeHandler } from 'srvx/node';
import { createKoaApp } from '../../apps/koa.js';
import type { Contender } from '../../contender.js';
import { asListener, listen } from '../../listen.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/**
 * The Koa application made a fetch handler by srvx, and served by it.
 *
 * With a function between the two, as a middleware would stand there: where nothing does, srvx gives Node's own objects
 * to the application, as Viaduct does with its Node face.
 */
const srvxKoa: Contender = {
  title: 'srvx toFetchHandler, Koa',
  workloads: WORKLOAD_NAMES,
  basePath: '',
  start(size) {
    const handler = createKoaApp(size).callback() as Parameters<typeof toFetchHandler>[0];
    const fetch = toFetchHandler(handler);
    return listen(asListener(toNodeHandler((request) => fetch(request))));
  },
};

export default srvxKoa;
