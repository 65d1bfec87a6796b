import { fromFastify } from '@viaduct/fastify';
import { createFastifyApp } from '../../apps/fastify.js';
import type { RequestContext } from 'viaduct';
import { serveOnLoopback } from '../../apps/serve.js';
import type { Contender } from '../../contender.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** Fastify's application asked by its web face alone, as a middleware around it does, or another runtime. */
const viaductFastifyWeb: Contender = {
  title: 'Viaduct, Fastify, web face',
  workloads: WORKLOAD_NAMES,
  basePath: '',
  against: ['fastify'],
  start(size) {
    const application = fromFastify(createFastifyApp(size));
    return serveOnLoopback({
      fetch: (request: Request, context: RequestContext) => application.fetch(request, context),
      start: () => application.start?.(),
    });
  },
};

export default viaductFastifyWeb;
