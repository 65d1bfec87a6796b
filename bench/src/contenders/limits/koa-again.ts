import type { Contender } from '../../contender.js';
import koa from './koa.js';

/** The same again: its ratio would be 1 if nothing disturbed the measurement. */
const koaAgain: Contender = {
  ...koa,
  title: 'bare Koa again',
  against: ['koa'],
  isNullTest: true,
};

export default koaAgain;
