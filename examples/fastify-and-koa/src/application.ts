import { type Application, createDispatcher, type Dispatcher } from 'viaduct';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import { createApi } from './api/api.js';
import { askToSignIn, refuseStrangers } from './guards.js';
import { createOrders } from './orders/orders.js';
import { createShop } from './shop/shop.js';
import { withVisitor } from './visitor.js';

const shop = fromKoa(createShop(), { name: 'the Koa shop' });
const api = fromFastify(createApi(), { name: 'the Fastify API' });
const orders = fromFastify(createOrders(), { name: 'the Fastify orders pages' });

export const dispatcher: Dispatcher = createDispatcher(
  {
    '/': shop, // whatever nobody else takes
    '/api': api, // mounted: sees /products for /api/products
    '/orders': { application: orders, strip: false }, // delegated: sees /orders, as the shop did before
  },
  { guards: { '/orders': askToSignIn, '/checkout': askToSignIn, '/api/orders': refuseStrangers } },
);

/** The dispatcher, with one signed-in user for all that is behind it. */
export const application: Application = withVisitor(dispatcher);
