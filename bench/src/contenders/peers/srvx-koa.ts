import { toFetchHandler, toNodeHandler } from 'srvx/node';
import { createKoaApp } from '../../apps/koa.js';
import type { Contender } from '../../contender.js';
import { asListener, listen } from '../../listen.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/**
 * The Koa application made a fetch handler by srvx, and served by it.
 *
 * srvx knows its own round trip, and gives Node's own objects to the application, as Viaduct does with its Node face: this is
 * not what its emulation of them costs, which the benchmark of web faces in process measures.
 */
const srvxKoa: Contender = {
  title: 'srvx toFetchHandler, Koa',
  workloads: WORKLOAD_NAMES,
  basePath: '',
  against: ['koa'],
  start(size) {
    const handler = createKoaApp(size).callback() as Parameters<typeof toFetchHandler>[0];
    return listen(asListener(toNodeHandler(toFetchHandler(handler))));
  },
};

export default srvxKoa;
