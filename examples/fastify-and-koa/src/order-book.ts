import { findProduct, saveProduct } from './catalogue.js';

/** An order as it was placed: names and prices are copied, since the catalogue moves on. */
export interface Order {
  readonly number: number;
  readonly customer: string;
  readonly placedAt: string;
  readonly status: 'placed' | 'cancelled';
  readonly note: string;
  readonly lines: OrderLine[];
  /** In cents. */
  readonly total: number;
}

export interface OrderLine {
  readonly slug: string;
  readonly name: string;
  readonly quantity: number;
  readonly price: number;
}

/** What somebody wants: how many of each product, by slug. */
export type Wish = Readonly<Record<string, number>>;

/** An order that cannot be filled; its message is meant for the customer. */
export class OrderRefused extends Error {
  override readonly name = 'OrderRefused';
}

const orders = new Map<number, Order>();

/** The customer's orders, latest first. */
export function ordersOf(customer: string): Order[] {
  return [...orders.values()].filter((order) => order.customer === customer).toReversed();
}

export function findOrder(number: number, customer: string): Order | undefined {
  const order = orders.get(number);
  return order?.customer === customer ? order : undefined;
}

/** @throws {OrderRefused} When nothing is wished for, or more than there is. */
export function placeOrder(customer: string, wish: Wish, note = '', placedAt = new Date()): Order {
  const lines = Object.entries(wish).map(([slug, quantity]) => toLine(slug, quantity));
  if (lines.length === 0) throw new OrderRefused('There is nothing to order yet.');
  for (const line of lines) changeStock(line.slug, -line.quantity);
  const number = 1001 + orders.size;
  const total = lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
  const order: Order = {
    number,
    customer,
    placedAt: placedAt.toISOString(),
    status: 'placed',
    note,
    lines,
    total,
  };
  orders.set(number, order);
  return order;
}

/** Puts the goods back on the shelf. An order that is cancelled already stays as it is. */
export function cancelOrder(order: Order): void {
  if (order.status === 'cancelled') return;
  for (const line of order.lines) changeStock(line.slug, line.quantity);
  orders.set(order.number, { ...order, status: 'cancelled' });
}

function toLine(slug: string, quantity: number): OrderLine {
  const product = findProduct(slug);
  if (product === undefined) throw new OrderRefused(`We do not make a "${slug}".`);
  if (quantity > product.stock) throw new OrderRefused(`Only ${product.stock} left of the ${product.name}.`);
  return { slug, name: product.name, quantity, price: product.price };
}

function changeStock(slug: string, difference: number): void {
  const product = findProduct(slug);
  if (product !== undefined) saveProduct({ ...product, stock: product.stock + difference });
}

placeOrder(
  'ada',
  { 'fern-plate': 4, 'oat-plate': 2 },
  'Please wrap them one by one.',
  new Date('2025-03-02T10:24:00Z'),
);
placeOrder('ada', { 'reed-vase': 1 }, '', new Date('2025-04-18T16:05:00Z'));
