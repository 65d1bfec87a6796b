import { fromKoa } from '@viaduct/koa';
import { DEEP, dispatchDeep } from '../../apps/alone.js';
import { createKoaApp } from '../../apps/koa.js';
import { serveOnLoopback } from '../../apps/serve.js';
import type { Contender } from '../../contender.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The same three dispatchers deep, with a guard that reads a header. */
const viaductKoaDeep: Contender = {
  title: 'Viaduct, Koa, 3 deep, guard',
  workloads: WORKLOAD_NAMES,
  basePath: DEEP,
  against: ['koa'],
  start: (size) => serveOnLoopback(dispatchDeep(fromKoa(createKoaApp(size)))),
};

export default viaductKoaDeep;
