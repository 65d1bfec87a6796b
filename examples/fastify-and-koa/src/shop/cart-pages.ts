import { findProduct } from '../catalogue.js';
import { type Html, html } from '../html.js';
import type { OrderLine } from '../order-book.js';
import { money } from '../page.js';
import type { Session } from '../session.js';
import { field, quantityField, render, type ShopRouter } from './render.js';

/** `/cart`: see it, add to it, change it. It lives in the session. */
export function cartPages(router: ShopRouter): void {
  router.get('/cart', (ctx) => {
    const lines = cartLines(ctx.session);
    render(
      ctx,
      'Cart',
      html`<h1>Your cart</h1>
        ${lines.length === 0 ? emptyCart() : fullCart(lines)}`,
    );
  });

  router.post('/cart', (ctx) => {
    const product = findProduct(field(ctx, 'slug'));
    if (product === undefined || ctx.session === null) return ctx.throw(404);
    const cart = ctx.session.cart ?? {};
    const quantity = Math.min((cart[product.slug] ?? 0) + quantityField(ctx), product.stock);
    ctx.session.cart = withQuantity(cart, product.slug, quantity);
    ctx.status = 303;
    ctx.redirect('/cart');
  });

  router.post('/cart/:slug', (ctx) => {
    if (ctx.session === null) return ctx.throw(404);
    ctx.session.cart = withQuantity(ctx.session.cart ?? {}, ctx.params['slug'] ?? '', quantityField(ctx));
    ctx.status = 303;
    ctx.redirect('/cart');
  });
}

/** What is in the cart, at today's prices. */
export function cartLines(session: Session | null): OrderLine[] {
  return Object.entries(session?.cart ?? {}).flatMap(([slug, quantity]) => {
    const product = findProduct(slug);
    return product === undefined ? [] : [{ slug, quantity, name: product.name, price: product.price }];
  });
}

export function totalOf(lines: readonly OrderLine[]): number {
  return lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
}

function withQuantity(cart: Record<string, number>, slug: string, quantity: number): Record<string, number> {
  const { [slug]: _before, ...others } = cart;
  return quantity === 0 || findProduct(slug) === undefined ? others : { ...others, [slug]: quantity };
}

function emptyCart(): Html {
  return html`<p class="lead">It is empty so far.</p>
    <p><a class="button" href="/">Look at the pottery</a></p>`;
}

function fullCart(lines: readonly OrderLine[]): Html {
  return html`<table>
      <thead>
        <tr>
          <th scope="col">Piece</th>
          <th scope="col">Quantity</th>
          <th scope="col" class="number">Price</th>
        </tr>
      </thead>
      <tbody>
        ${lines.map(row)}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colspan="2">Together</th>
          <td class="number">${money(totalOf(lines))}</td>
        </tr>
      </tfoot>
    </table>
    <p class="actions"><a class="button" href="/checkout">Check out</a> <a href="/">Keep looking</a></p>`;
}

function row({ slug, name, quantity, price }: OrderLine): Html {
  return html`<tr>
    <td><a href="/products/${slug}">${name}</a></td>
    <td>
      <form method="post" action="/cart/${slug}" class="row">
        <input
          type="number"
          name="quantity"
          value="${quantity}"
          min="0"
          max="99"
          aria-label="Quantity of ${name}"
        />
        <button class="quiet">Change</button>
      </form>
    </td>
    <td class="number">${money(price * quantity)}</td>
  </tr>`;
}
