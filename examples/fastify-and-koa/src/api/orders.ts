import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { contextOf } from 'viaduct';
import { findOrder, OrderRefused, ordersOf, placeOrder } from '../order-book.js';
import { visitorOf } from '../visitor.js';
import { refusal } from './problems.js';
import { NewOrder, Order, Problem } from './schemas.js';

const tags = ['orders'];

/** The orders of whoever is signed in. A guard of the dispatcher keeps everybody else away from `/api/orders`. */
export const orders: FastifyPluginAsyncTypebox = async (api) => {
  api.decorateRequest('customer', '');
  api.addHook('onRequest', async (request) => {
    const { user } = visitorOf(request.raw);
    if (user === undefined) throw refusal(401, 'Sign in first, at /sign-in.');
    request.customer = user.name;
  });

  api.get(
    '',
    { schema: { tags, summary: 'My orders', response: { 200: Type.Array(Order) } } },
    async (request) => ordersOf(request.customer),
  );

  api.get(
    '/:number',
    {
      schema: {
        tags,
        summary: 'One of my orders',
        params: Type.Object({ number: Type.Integer() }),
        response: { 200: Order, 404: Problem },
      },
    },
    async (request) => {
      const order = findOrder(request.params.number, request.customer);
      if (order === undefined) throw refusal(404, 'You have no such order.');
      return order;
    },
  );

  api.post(
    '',
    { schema: { tags, summary: 'Place an order', body: NewOrder, response: { 201: Order, 409: Problem } } },
    async (request, reply) => {
      const order = place(request.customer, request.body.wish, request.body.note);
      return reply
        .code(201)
        .header('location', `${contextOf(request.raw).basePath}/orders/${order.number}`)
        .send(order);
    },
  );
};

function place(...order: Parameters<typeof placeOrder>): ReturnType<typeof placeOrder> {
  try {
    return placeOrder(...order);
  } catch (error) {
    throw error instanceof OrderRefused ? refusal(409, error.message) : error;
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Name of the signed-in user; within the orders plugin only. */
    customer: string;
  }
}
