import { switchByHand } from '../../apps/both.js';
import { API } from '../../apps/places.js';
import type { Contender } from '../../contender.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** Both applications behind one `if`, asked for Koa's: what two frameworks in one process cost by themselves. */
const prefixKoa: Contender = {
  title: 'one if, Koa',
  workloads: WORKLOAD_NAMES,
  basePath: '',
  otherBasePath: API,
  against: ['koa'],
  start: switchByHand,
};

export default prefixKoa;
