import { createKoaApp } from '../../apps/koa.js';
import type { Contender } from '../../contender.js';
import { listen } from '../../listen.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The Koa application on a server of its own. */
const koa: Contender = {
  title: 'bare Koa',
  workloads: WORKLOAD_NAMES,
  basePath: '',
  start: (size) => listen(createKoaApp(size).callback()),
};

export default koa;
