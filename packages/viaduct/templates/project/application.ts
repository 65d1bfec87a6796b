import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import { createDispatcher, type Dispatcher } from 'viaduct';
import { createApi } from './api.js';
import { createShop } from './shop.js';

/** Who answers what: the longest path wins. `npm run routes` prints it. */
export const application: Dispatcher = createDispatcher({
  '/': fromKoa(createShop(), { name: 'shop' }),
  '/api': fromFastify(createApi(), { name: 'api' }),
});
