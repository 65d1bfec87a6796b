import { askFastify, askKoa, switchByHand } from '../apps/both.js';
import type { Contender } from '../contender.js';

/** Both applications behind one `if`, asked for Koa's: what two frameworks in one process cost by themselves. */
const prefixKoa: Contender = {
  title: 'one if, Koa',
  question: askKoa,
  alsoAsked: [askFastify],
  against: [{ name: 'koa' }],
  start: switchByHand,
};

export default prefixKoa;
