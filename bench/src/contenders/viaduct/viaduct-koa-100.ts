import { fromKoa } from '@viaduct/koa';
import { dispatchAmong } from '../../apps/alone.js';
import { createKoaApp } from '../../apps/koa.js';
import { API } from '../../apps/places.js';
import { serveOnLoopback } from '../../apps/serve.js';
import type { Contender } from '../../contender.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The same with a table of 100 mounts. */
const viaductKoa100: Contender = {
  title: 'Viaduct, Koa, 100 mounts',
  workloads: WORKLOAD_NAMES,
  basePath: API,
  against: ['koa'],
  start: (size) => serveOnLoopback(dispatchAmong(100, fromKoa(createKoaApp(size)))),
};

export default viaductKoa100;
