import { type Html, html } from './html.js';
import type { Visitor } from './visitor.js';

export interface PageOptions {
  readonly title: string;
  readonly content: Html;
  readonly visitor: Visitor;
  /** Which framework made the page. Nobody could tell otherwise. */
  readonly answeredBy: 'Koa' | 'Fastify';
}

/** The frame around every page, whichever framework answers. */
export function page({ title, content, visitor, answeredBy }: PageOptions): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Under the Arches</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/shop.css" />
      </head>
      <body>
        <a class="skip" href="#content">Skip to content</a>
        <header class="top">
          <a class="brand" href="/"
            ><img src="/favicon.svg" alt="" width="36" height="36" /> Under the Arches</a
          >
          ${navigation(visitor)}
        </header>
        <main id="content">${content}</main>
        <footer class="bottom">
          <p>Pottery from under a railway viaduct.</p>
          <p>This page was made by <strong class="chip ${answeredBy.toLowerCase()}">${answeredBy}</strong></p>
        </footer>
      </body>
    </html>`.toString();
}

function navigation({ user, itemsInCart }: Visitor): Html {
  return html`<nav aria-label="Main">
    <a href="/">Pottery</a>
    <a href="/cart">Cart${itemsInCart > 0 && html` <span class="count">${itemsInCart}</span>`}</a>
    <a href="/orders">Orders</a>
    <a href="/api/docs/">API</a>
    ${
      user === undefined
        ? html`<a class="button quiet" href="/sign-in">Sign in</a>`
        : html`<form method="post" action="/sign-out">
            <span>${user.name}</span> <button class="quiet">Sign out</button>
          </form>`
    }
  </nav>`;
}

/** `2400` → `€24.00` */
export function money(cents: number): string {
  return `€${(cents / 100).toFixed(2)}`;
}

/** `'2025-03-02T10:24:00.000Z'` → `2 March 2025` */
export function date(iso: string): string {
  return new Date(iso).toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
}
