import formbody from '@fastify/formbody';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Html, html } from '../html.js';
import { cancelOrder, findOrder, ordersOf } from '../order-book.js';
import { page } from '../page.js';
import { visitorOf } from '../visitor.js';
import { orderDetail, orderList } from './templates.js';

/**
 * The orders pages, moved out of the Koa shop. Its routes spell the whole path, `/orders/…`, so that every
 * link, bookmark and form of the old shop keeps working: the dispatcher delegates with `strip: false`.
 */
export function createOrders(): FastifyInstance {
  const app = fastify({ logger: { level: 'error' } });
  app.register(formbody);
  app.addHook('onRequest', async (_request, reply) => void reply.header('x-answered-by', 'Fastify'));
  app.setNotFoundHandler((request, reply) => render(request, reply.code(404), 'Not found', notFound()));

  app.get('/orders', (request, reply) =>
    render(request, reply, 'Orders', orderList(ordersOf(customerOf(request)))),
  );

  app.get<{ Params: { number: string } }>('/orders/:number', (request, reply) => {
    const order = findOrder(Number(request.params.number), customerOf(request));
    if (order === undefined) return reply.callNotFound();
    return render(request, reply, `Order ${order.number}`, orderDetail(order));
  });

  app.post<{ Params: { number: string } }>('/orders/:number/cancel', (request, reply) => {
    const order = findOrder(Number(request.params.number), customerOf(request));
    if (order === undefined) return reply.callNotFound();
    cancelOrder(order);
    return reply.redirect(`/orders/${order.number}`, 303);
  });
  return app;
}

/** The guard of `/orders` has let nobody else in. */
function customerOf(request: FastifyRequest): string {
  return visitorOf(request.raw).user?.name ?? '';
}

function render(request: FastifyRequest, reply: FastifyReply, title: string, content: Html): FastifyReply {
  const visitor = visitorOf(request.raw);
  return reply
    .type('text/html; charset=utf-8')
    .send(page({ title, content, visitor, answeredBy: 'Fastify' }));
}

function notFound(): Html {
  return html`<div class="narrow center">
    <p class="status">404</p>
    <h1>Not found</h1>
    <p class="lead">You have no such order.</p>
    <p><a class="button" href="/orders">All orders</a></p>
  </div>`;
}
