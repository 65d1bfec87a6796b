import { fromNodeHandler, H3, withBase } from 'h3';
import { toNodeHandler } from 'h3/node';
import { createKoaApp } from '../../apps/koa.js';
import { SHOP } from '../../apps/places.js';
import type { Contender } from '../../contender.js';
import { asListener, listen } from '../../listen.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The Koa application in an h3 host, by `fromNodeHandler`. */
const h3: Contender = {
  title: 'h3 fromNodeHandler, Koa',
  workloads: WORKLOAD_NAMES,
  basePath: SHOP,
  against: ['koa'],
  start(size) {
    const host = new H3();
    host.all(`${SHOP}/**`, withBase(SHOP, fromNodeHandler(createKoaApp(size).callback())));
    return listen(asListener(toNodeHandler(host)));
  },
};

export default h3;
