import { fromFastify } from '@viaduct/fastify';
import { dispatchAmong } from '../../apps/alone.js';
import { createFastifyApp } from '../../apps/fastify.js';
import { API } from '../../apps/places.js';
import { serveOnLoopback } from '../../apps/serve.js';
import type { Contender } from '../../contender.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The same with a table of 10,000 mounts. */
const viaductFastify10000: Contender = {
  title: 'Viaduct, Fastify, 10,000 mounts',
  workloads: WORKLOAD_NAMES,
  basePath: API,
  against: ['fastify'],
  start: (size) => serveOnLoopback(dispatchAmong(10_000, fromFastify(createFastifyApp(size)))),
};

export default viaductFastify10000;
