import fastifyExpress from '@fastify/express';
import Fastify from 'fastify';
import { createKoaApp } from '../../apps/koa.js';
import { SHOP } from '../../apps/places.js';
import type { Contender } from '../../contender.js';
import { listen } from '../../listen.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The Koa application as middleware of a Fastify host, by @fastify/express. */
const fastifyExpressContender: Contender = {
  title: '@fastify/express, Koa',
  workloads: WORKLOAD_NAMES,
  basePath: SHOP,
  against: ['koa'],
  async start(size) {
    const host = Fastify();
    await host.register(fastifyExpress);
    host.use(SHOP, createKoaApp(size).callback());
    host.get('/', async () => 'the host');
    await host.ready();
    return listen(host.routing);
  },
};

export default fastifyExpressContender;
