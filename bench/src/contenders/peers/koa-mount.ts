import Koa from 'koa';
import mount from 'koa-mount';
import { createKoaApp } from '../../apps/koa.js';
import { SHOP } from '../../apps/places.js';
import type { Contender } from '../../contender.js';
import { listen } from '../../listen.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The Koa application mounted in another, by koa-mount. */
const koaMount: Contender = {
  title: 'koa-mount, Koa',
  workloads: WORKLOAD_NAMES,
  basePath: SHOP,
  against: ['koa'],
  start: (size) => listen(new Koa().use(mount(SHOP, createKoaApp(size))).callback()),
};

export default koaMount;
