import { fromFastify } from '@viaduct/fastify';
import { dispatchAlone } from '../../apps/alone.js';
import { createFastifyApp } from '../../apps/fastify.js';
import { API } from '../../apps/places.js';
import { serveOnLoopback } from '../../apps/serve.js';
import type { Contender } from '../../contender.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The Fastify application behind `serve` and a dispatcher, mounted, and nothing beside it: what the gateway costs. */
const viaductFastifyAlone: Contender = {
  title: 'Viaduct, Fastify alone',
  workloads: WORKLOAD_NAMES,
  basePath: API,
  against: ['fastify'],
  start: (size) => serveOnLoopback(dispatchAlone(fromFastify(createFastifyApp(size)))),
};

export default viaductFastifyAlone;
