import { askFastify, askKoa, serveBoth } from '../apps/gateway.js';
import type { Contender } from '../contender.js';

/** Both applications behind `serve` and a dispatcher, asked for Koa's, which is the fallback. */
const viaductKoa: Contender = {
  title: 'Viaduct, Koa',
  question: askKoa,
  alsoAsked: [askFastify],
  against: 'koa',
  goal: 1.05,
  start: serveBoth,
};

export default viaductKoa;
