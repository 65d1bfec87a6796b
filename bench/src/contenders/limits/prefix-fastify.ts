import { switchByHand } from '../../apps/both.js';
import { API } from '../../apps/places.js';
import type { Contender } from '../../contender.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** Both applications behind one `if`, asked for Fastify's: what two frameworks in one process cost by themselves. */
const prefixFastify: Contender = {
  title: 'one if, Fastify',
  workloads: WORKLOAD_NAMES,
  basePath: API,
  otherBasePath: '',
  against: ['fastify'],
  start: switchByHand,
};

export default prefixFastify;
