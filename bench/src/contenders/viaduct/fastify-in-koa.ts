import { fromFastify } from '@viaduct/fastify';
import { toKoa } from '@viaduct/koa';
import Koa from 'koa';
import mount from 'koa-mount';
import { createFastifyApp } from '../../apps/fastify.js';
import { SHOP } from '../../apps/places.js';
import type { Contender } from '../../contender.js';
import { listen } from '../../listen.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The Fastify application inside a Koa host, by `toKoa`, composing. */
const fastifyInKoa: Contender = {
  title: 'Viaduct, Fastify in Koa, composing',
  workloads: WORKLOAD_NAMES,
  basePath: SHOP,
  against: ['fastify', 'koa-respond', 'koa-pair'],
  async start(size) {
    const hosted = toKoa(fromFastify(createFastifyApp(size)));
    await hosted.start();
    return listen(new Koa().use(mount(SHOP, hosted)).callback());
  },
};

export default fastifyInKoa;
