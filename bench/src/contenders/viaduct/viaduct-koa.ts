import { dispatchBoth } from '../../apps/both.js';
import { API } from '../../apps/places.js';
import { serveOnLoopback } from '../../apps/serve.js';
import type { Contender } from '../../contender.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** Both applications behind `serve` and a dispatcher, asked for Koa's, which is the fallback. */
const viaductKoa: Contender = {
  title: 'Viaduct, Koa',
  workloads: WORKLOAD_NAMES,
  basePath: '',
  otherBasePath: API,
  against: [
    'koa',
    'prefix-koa',
    'middie',
    'hijack',
    'koa-mount',
    'express',
    'fastify-express',
    'h3',
    'srvx-koa',
    'http-proxy',
  ],
  start: (size) => serveOnLoopback(dispatchBoth(size)),
};

export default viaductKoa;
