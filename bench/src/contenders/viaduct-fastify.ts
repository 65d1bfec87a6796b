import { askFastify, askKoa, serveBoth } from '../apps/gateway.js';
import type { Contender } from '../contender.js';

/** Both applications behind `serve` and a dispatcher, asked for Fastify's, which is mounted at `/api`. */
const viaductFastify: Contender = {
  title: 'Viaduct, Fastify',
  question: askFastify,
  alsoAsked: [askKoa],
  against: 'fastify',
  goal: 1.05,
  start: serveBoth,
};

export default viaductFastify;
