import { dispatchBoth } from '../../apps/both.js';
import { API } from '../../apps/places.js';
import { serveOnLoopback } from '../../apps/serve.js';
import type { Contender } from '../../contender.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** Both applications behind `serve` and a dispatcher, asked for Fastify's, which is mounted. */
const viaductFastify: Contender = {
  title: 'Viaduct, Fastify',
  workloads: WORKLOAD_NAMES,
  basePath: API,
  otherBasePath: '',
  against: ['fastify', 'prefix-fastify'],
  start: (size) => serveOnLoopback(dispatchBoth(size)),
};

export default viaductFastify;
