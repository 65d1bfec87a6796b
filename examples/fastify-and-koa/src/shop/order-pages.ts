import { html } from '../html.js';
import { ordersOf } from '../order-book.js';
import { render, type ShopRouter } from './render.js';

/**
 * The old `/orders` page. It is not reached any more: the mount table delegates `/orders` to Fastify.
 *
 * Take that line out of the table, and this page is back: that is the way back of a migration.
 */
export function orderPages(router: ShopRouter): void {
  router.get('/orders', (ctx) => {
    const orders = ordersOf(ctx.state.visitor.user?.name ?? '');
    render(
      ctx,
      'Orders',
      html`<h1>Orders (the old page)</h1>
        <ul>
          ${orders.map((order) => html`<li>Order ${order.number}</li>`)}
        </ul>`,
    );
  });
}
