import { createHonoApp } from '../../apps/hono.js';
import { serveAlone } from '../../apps/serve.js';
import type { Contender } from '../../contender.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The Hono application mounted in Viaduct: a Hono application is one of Viaduct's as it is. */
const viaductHono: Contender = {
  title: 'Viaduct, Hono',
  workloads: WORKLOAD_NAMES,
  basePath: '',
  against: ['hono', 'hono-globals'],
  start: (size) => serveAlone(createHonoApp(size)),
};

export default viaductHono;
