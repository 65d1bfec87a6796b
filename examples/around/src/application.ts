import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';
import { type Application, createDispatcher } from 'viaduct';
import { withBanner } from './banner.js';

const shop = new Koa();
shop.use((ctx) => {
  ctx.type = 'html';
  ctx.body = '<!doctype html><title>Shop</title><body><h1>Shop</h1></body>';
});

const api = fastify();
api.get('/', () => ({ app: 'api' }));

/** The banner is around the shop alone: the API keeps Node's own objects, and its speed. */
export const application: Application = createDispatcher({
  '/': withBanner(fromKoa(shop), 'We move on Sunday from 2 to 4.'),
  '/api': fromFastify(api),
});
