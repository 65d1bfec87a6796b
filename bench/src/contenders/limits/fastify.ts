import { createFastifyApp } from '../../apps/fastify.js';
import type { Contender } from '../../contender.js';
import { listen } from '../../listen.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/**
 * The Fastify application on a server of its own.
 *
 * Not by `app.listen()`: that makes a server with other settings (a keep-alive of 72 s, no request timeout), and
 * then two servers would be compared, not two applications.
 */
const fastify: Contender = {
  title: 'bare Fastify',
  workloads: WORKLOAD_NAMES,
  basePath: '',
  async start(size) {
    const app = createFastifyApp(size);
    await app.ready();
    return listen(app.routing);
  },
};

export default fastify;
