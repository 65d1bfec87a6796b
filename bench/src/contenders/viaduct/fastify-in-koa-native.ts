import { fromFastify } from '@viaduct/fastify';
import { toKoa } from '@viaduct/koa';
import Koa from 'koa';
import mount from 'koa-mount';
import { createFastifyApp } from '../../apps/fastify.js';
import { SHOP } from '../../apps/places.js';
import type { Contender } from '../../contender.js';
import { listen } from '../../listen.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The Fastify application inside a Koa host, by `toKoa` with `native: true`. */
const fastifyInKoaNative: Contender = {
  title: 'Viaduct, Fastify in Koa, native',
  workloads: WORKLOAD_NAMES,
  basePath: SHOP,
  against: ['fastify', 'koa-respond', 'koa-mount-respond'],
  async start(size) {
    const hosted = toKoa(fromFastify(createFastifyApp(size)), { native: true });
    await hosted.start();
    return listen(new Koa().use(mount(SHOP, hosted)).callback());
  },
};

export default fastifyInKoaNative;
