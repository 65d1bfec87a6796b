import { createDispatcher, type Dispatcher, type DispatcherOptions } from 'viaduct';
import { echo } from './behaviour.js';
import type { Kind } from './kinds.js';

/** The order in which a table is declared: it makes no difference, so every case runs in both. */
export const ORDERS = ['declared', 'reversed'] as const;
export type Order = (typeof ORDERS)[number];

/** What stands under a path: the name of an echo, or a table of its own. */
export type Names = Readonly<Record<string, string | Dispatcher>>;

/** T1 of the cases. */
export const T1: Names = { '/': 'ROOT', '/foo': 'foo', '/foo/bar': 'foobar', '/api/v1': 'v1' };
/** T2: nothing but `/foo`. */
export const T2: Names = { '/foo': 'foo' };
/** T4: hosts. */
export const T4: Names = {
  '/': 'D',
  'foo.org/': 'F',
  'foo.org/bar': 'FB',
  '*.foo.org/': 'S',
  '*.foo.org:8443/': 'S8',
  'x.foo.org/': 'X',
  'foo.org:8443/': 'F8',
};

/** A dispatcher of echoes. */
export function tableOf(names: Names, kind: Kind, order: Order, options?: DispatcherOptions): Dispatcher {
  const entries = Object.entries(names).map(
    ([key, value]) => [key, typeof value === 'string' ? kind.create(echo(value)) : value] as const,
  );
  return createDispatcher(Object.fromEntries(order === 'declared' ? entries : entries.toReversed()), options);
}

/** T3: T1 mounted at `/outer` of an outer dispatcher. */
export function outerTable(kind: Kind, order: Order): Dispatcher {
  return createDispatcher({ '/outer': tableOf(T1, kind, order) });
}
