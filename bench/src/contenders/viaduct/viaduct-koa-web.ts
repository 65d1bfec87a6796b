import { fromKoa } from '@viaduct/koa';
import { createKoaApp } from '../../apps/koa.js';
import type { RequestContext } from 'viaduct';
import { serveOnLoopback } from '../../apps/serve.js';
import type { Contender } from '../../contender.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** Koa's application asked by its web face alone, as a middleware around it does, or another runtime. */
const viaductKoaWeb: Contender = {
  title: 'Viaduct, Koa, web face',
  workloads: WORKLOAD_NAMES,
  basePath: '',
  against: ['koa'],
  start(size) {
    const application = fromKoa(createKoaApp(size));
    return serveOnLoopback({
      fetch: (request: Request, context: RequestContext) => application.fetch(request, context),
    });
  },
};

export default viaductKoaWeb;
