import middie from '@fastify/middie';
import Fastify from 'fastify';
import { createKoaApp } from '../../apps/koa.js';
import { SHOP } from '../../apps/places.js';
import type { Contender } from '../../contender.js';
import { listen } from '../../listen.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The Koa application as middleware of a Fastify host, by @fastify/middie. */
const middieContender: Contender = {
  title: '@fastify/middie, Koa',
  workloads: WORKLOAD_NAMES,
  basePath: SHOP,
  against: ['koa'],
  async start(size) {
    const host = Fastify();
    await host.register(middie);
    host.use(SHOP, createKoaApp(size).callback());
    host.get('/', async () => 'the host');
    await host.ready();
    return listen(host.routing);
  },
};

export default middieContender;
