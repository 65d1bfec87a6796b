import { createKoaApp } from '../apps/koa.js';
import { askForProduct } from '../apps/products.js';
import type { Contender } from '../contender.js';
import { listen } from '../listen.js';

/** The Koa application on a server of its own. */
const koa: Contender = {
  title: 'bare Koa',
  question: askForProduct(''),
  start: () => listen(createKoaApp().callback()),
};

export default koa;
