import type { Contender } from '../../contender.js';
import fastify from './fastify.js';

/** The same again: its ratio would be 1 if nothing disturbed the measurement. */
const fastifyAgain: Contender = {
  ...fastify,
  title: 'bare Fastify again',
  against: ['fastify'],
  isNullTest: true,
};

export default fastifyAgain;
