import { askFastify, askKoa, switchByHand } from '../apps/both.js';
import type { Contender } from '../contender.js';

/** Both applications behind one `if`, asked for Fastify's: what two frameworks in one process cost by themselves. */
const prefixFastify: Contender = {
  title: 'one if, Fastify',
  question: askFastify,
  alsoAsked: [askKoa],
  against: [{ name: 'fastify' }],
  start: switchByHand,
};

export default prefixFastify;
