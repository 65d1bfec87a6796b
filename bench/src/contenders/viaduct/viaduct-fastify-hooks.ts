import { dispatchWithHooks } from '../../apps/hooks.js';
import { API } from '../../apps/places.js';
import { serveOnLoopback } from '../../apps/serve.js';
import type { Contender } from '../../contender.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The same with a guard, and hooks that see the request, change the answer's head and learn the outcome. */
const viaductFastifyHooks: Contender = {
  title: 'Viaduct, Fastify, guard, hooks',
  workloads: WORKLOAD_NAMES,
  basePath: API,
  otherBasePath: '',
  against: ['fastify'],
  start: (size) => serveOnLoopback(dispatchWithHooks(size)),
};

export default viaductFastifyHooks;
