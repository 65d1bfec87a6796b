import { serveAlone } from '../../apps/serve.js';
import { createWebApp } from '../../apps/web.js';
import type { Contender } from '../../contender.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** A web application with native `Response` objects. */
const viaductWeb: Contender = {
  title: 'Viaduct, web app',
  workloads: WORKLOAD_NAMES,
  basePath: '',
  against: ['srvx-web', 'node-web', 'whatwg', 'universal-fastify', 'universal-express'],
  start: (size) => serveAlone({ fetch: createWebApp(size) }),
};

export default viaductWeb;
