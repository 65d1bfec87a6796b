import { askFastify, askKoa, serveBoth } from '../apps/both.js';
import type { Contender } from '../contender.js';

/** Both applications behind `serve` and a dispatcher, asked for Koa's, which is the fallback. */
const viaductKoa: Contender = {
  title: 'Viaduct, Koa',
  question: askKoa,
  alsoAsked: [askFastify],
  against: [{ name: 'koa', goal: 1.05 }, { name: 'prefix-koa' }],
  start: serveBoth,
};

export default viaductKoa;
