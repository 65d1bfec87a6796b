import { toFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import Fastify from 'fastify';
import { createKoaApp } from '../../apps/koa.js';
import { SHOP } from '../../apps/places.js';
import type { Contender } from '../../contender.js';
import { listen } from '../../listen.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The Koa application inside a Fastify host, by `toFastify`, composing. */
const koaInFastify: Contender = {
  title: 'Viaduct, Koa in Fastify, composing',
  workloads: WORKLOAD_NAMES,
  basePath: SHOP,
  against: ['koa', 'hijack', 'middie'],
  async start(size) {
    const host = Fastify();
    host.get('/', async () => 'the host');
    host.register(toFastify(fromKoa(createKoaApp(size))), { prefix: SHOP });
    await host.ready();
    return listen(host.routing);
  },
};

export default koaInFastify;
