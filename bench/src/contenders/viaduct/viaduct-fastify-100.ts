import { fromFastify } from '@viaduct/fastify';
import { dispatchAmong } from '../../apps/alone.js';
import { createFastifyApp } from '../../apps/fastify.js';
import { API } from '../../apps/places.js';
import { serveOnLoopback } from '../../apps/serve.js';
import type { Contender } from '../../contender.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The same with a table of 100 mounts. */
const viaductFastify100: Contender = {
  title: 'Viaduct, Fastify, 100 mounts',
  workloads: WORKLOAD_NAMES,
  basePath: API,
  against: ['fastify'],
  start: (size) => serveOnLoopback(dispatchAmong(100, fromFastify(createFastifyApp(size)))),
};

export default viaductFastify100;
