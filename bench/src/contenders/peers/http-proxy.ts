import { fileURLToPath } from 'node:url';
import httpProxy from '@fastify/http-proxy';
import Fastify from 'fastify';
import { SHOP } from '../../apps/places.js';
import { Child } from '../../child.js';
import type { Contender } from '../../contender.js';
import { listen } from '../../listen.js';
import type { Usage } from '../../server-process.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

let upstream: Child<object, readonly number[] | Usage> | undefined;

/** The Koa application in a second process, behind a Fastify host with @fastify/http-proxy in this one. */
const proxy: Contender = {
  title: '@fastify/http-proxy, Koa behind',
  workloads: WORKLOAD_NAMES,
  basePath: SHOP,
  against: ['koa'],
  async start(size) {
    const program = fileURLToPath(new URL('../../server-process.js', import.meta.url));
    const module = new URL('../limits/koa.js', import.meta.url).href;
    // On the same core as this one, which it inherits: a core more would be a comparison of cores.
    upstream = new Child('koa behind the proxy', [], [...process.execArgv, program, module, size]);
    const [port = 0] = (await upstream.next()) as readonly number[];
    const host = Fastify();
    host.register(httpProxy, { upstream: `http://127.0.0.1:${port}`, prefix: SHOP });
    host.get('/', async () => 'the host');
    await host.ready();
    return listen(host.routing);
  },
  usageBehind: async () => (await upstream?.ask({})) as Usage,
};

export default proxy;
