import { createHandler } from '@universal-middleware/fastify';
import Fastify from 'fastify';
import { createWebApp } from '../../apps/web.js';
import type { Contender } from '../../contender.js';
import { listen } from '../../listen.js';

/**
 * The web application in a Fastify host, by universal-middleware.
 *
 * Bodies need one plugin more, fastify-raw-body, which reads them whole before the handler is called: left out.
 */
const universalFastify: Contender = {
  title: 'universal-middleware, Fastify host',
  workloads: ['hello', 'product', 'download'],
  basePath: '',
  async start(size) {
    const host = Fastify();
    const app = createWebApp(size);
    host.all('/*', createHandler(() => (request) => app(request))());
    await host.ready();
    return listen(host.routing);
  },
};

export default universalFastify;
