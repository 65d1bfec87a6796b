import { type Html, html } from '../html.js';
import type { Order } from '../order-book.js';
import { date, money } from '../page.js';

/** `/orders` */
export function orderList(orders: readonly Order[]): Html {
  if (orders.length === 0)
    return html`<h1>Orders</h1>
      <p class="lead">You have not ordered anything yet.</p>`;
  return html`<h1>Orders</h1>
    <table>
      <thead>
        <tr>
          <th scope="col">Order</th>
          <th scope="col">Placed</th>
          <th scope="col">Status</th>
          <th scope="col" class="number">Total</th>
        </tr>
      </thead>
      <tbody>
        ${orders.map(
          (order) =>
            html`<tr>
              <td><a href="/orders/${order.number}">${order.number}</a></td>
              <td>${date(order.placedAt)}</td>
              <td>${order.status}</td>
              <td class="number">${money(order.total)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}

/** `/orders/1001` */
export function orderDetail(order: Order): Html {
  return html`<p class="crumb"><a href="/orders">Orders</a></p>
    <h1>Order ${order.number}</h1>
    <p class="lead">Placed on ${date(order.placedAt)} by ${order.customer}. It is ${order.status}.</p>
    <ul class="panel plain">
      ${order.lines.map(
        ({ slug, name, quantity, price }) =>
          html`<li>${quantity} × <a href="/products/${slug}">${name}</a>, ${money(price * quantity)}</li>`,
      )}
      <li><strong>Together ${money(order.total)}</strong></li>
    </ul>
    ${order.note !== '' && html`<p class="note">“${order.note}”</p>`}
    ${
      order.status === 'placed' &&
      html`<form method="post" action="/orders/${order.number}/cancel">
        <button class="quiet">Cancel it</button>
      </form>`
    }`;
}
