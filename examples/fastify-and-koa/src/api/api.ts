import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { type FastifyInstance } from 'fastify';
import { documentation } from './documentation.js';
import { orders } from './orders.js';
import { problems } from './problems.js';
import { products } from './products.js';
import { stockKeeping } from './stock-keeping.js';
import { visitor } from './visitor.js';

/** The new API: a Fastify app written for `/`. Where it is mounted is not its business. */
export function createApi(): FastifyInstance {
  const api = fastify({ logger: { level: 'error' } }).withTypeProvider<TypeBoxTypeProvider>();

  api.addHook('onRequest', async (_request, reply) => void reply.header('x-answered-by', 'Fastify'));
  problems(api);
  api.register(documentation);
  // Each of these keeps its hooks and schemas to itself: Fastify's encapsulation.
  api.register(visitor);
  api.register(products);
  api.register(stockKeeping);
  api.register(orders, { prefix: '/orders' });
  return api;
}
