import { fromKoa } from '@viaduct/koa';
import { dispatchAlone } from '../../apps/alone.js';
import { createKoaApp } from '../../apps/koa.js';
import { API } from '../../apps/places.js';
import { serveOnLoopback } from '../../apps/serve.js';
import type { Contender } from '../../contender.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The Koa application behind `serve` and a dispatcher, mounted, and nothing beside it: what the gateway costs. */
const viaductKoaAlone: Contender = {
  title: 'Viaduct, Koa alone',
  workloads: WORKLOAD_NAMES,
  basePath: API,
  against: ['koa', 'middie', 'koa-mount'],
  start: (size) => serveOnLoopback(dispatchAlone(fromKoa(createKoaApp(size)))),
};

export default viaductKoaAlone;
