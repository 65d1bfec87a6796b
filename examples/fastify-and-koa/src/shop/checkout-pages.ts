import { type Html, html } from '../html.js';
import { OrderRefused, type OrderLine, placeOrder } from '../order-book.js';
import { money } from '../page.js';
import { cartLines, totalOf } from './cart-pages.js';
import { field, render, type ShopRouter } from './render.js';

/** `/checkout`: the cart becomes an order. A guard of the dispatcher lets only signed-in users come here. */
export function checkoutPages(router: ShopRouter): void {
  router.get('/checkout', (ctx) => render(ctx, 'Check out', checkout(cartLines(ctx.session))));

  router.post('/checkout', (ctx) => {
    const { user } = ctx.state.visitor;
    if (user === undefined || ctx.session === null) return ctx.throw(403);
    try {
      const order = placeOrder(user.name, ctx.session.cart ?? {}, field(ctx, 'note').slice(0, 500));
      ctx.session.cart = {};
      ctx.status = 303;
      ctx.redirect(`/orders/${order.number}`);
    } catch (error) {
      if (!(error instanceof OrderRefused)) throw error;
      ctx.status = 409;
      render(ctx, 'Check out', checkout(cartLines(ctx.session), error.message));
    }
  });
}

function checkout(lines: readonly OrderLine[], complaint?: string): Html {
  return html`<h1>Check out</h1>
    ${complaint !== undefined && html`<p class="notice" role="alert">${complaint} <a href="/cart">Change the cart</a></p>`}
    <ul class="panel plain">
      ${lines.map((line) => html`<li>${line.quantity} × ${line.name}, ${money(line.price * line.quantity)}</li>`)}
      <li><strong>Together ${money(totalOf(lines))}</strong></li>
    </ul>
    <form method="post" action="/checkout" class="stack">
      <label>A note for the potter <textarea name="note" rows="3" maxlength="500"></textarea></label>
      <button>Place the order</button>
    </form>`;
}
