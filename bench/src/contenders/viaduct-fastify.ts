import { askFastify, askKoa, serveBoth } from '../apps/both.js';
import type { Contender } from '../contender.js';

/** Both applications behind `serve` and a dispatcher, asked for Fastify's, which is mounted at `/api`. */
const viaductFastify: Contender = {
  title: 'Viaduct, Fastify',
  question: askFastify,
  alsoAsked: [askKoa],
  against: [{ name: 'fastify', goal: 1.05 }, { name: 'prefix-fastify' }],
  start: serveBoth,
};

export default viaductFastify;
