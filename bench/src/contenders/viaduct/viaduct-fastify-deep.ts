import { fromFastify } from '@viaduct/fastify';
import { DEEP, dispatchDeep } from '../../apps/alone.js';
import { createFastifyApp } from '../../apps/fastify.js';
import { serveOnLoopback } from '../../apps/serve.js';
import type { Contender } from '../../contender.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The same three dispatchers deep, with a guard that reads a header. */
const viaductFastifyDeep: Contender = {
  title: 'Viaduct, Fastify, 3 deep, guard',
  workloads: WORKLOAD_NAMES,
  basePath: DEEP,
  against: ['fastify'],
  start: (size) => serveOnLoopback(dispatchDeep(fromFastify(createFastifyApp(size)))),
};

export default viaductFastifyDeep;
