import { STATUS_CODES } from 'node:http';
import type { Next } from 'koa';
import { html } from '../html.js';
import { render, type ShopRequest } from './render.js';

const NOT_FOUND = 'There is nothing here. It may have been sold, or never been made.';
const BROKEN = 'Something broke on our side. We have been told.';

/** Turns what was not found, and what failed, into a page of the shop. */
export async function errorPages(ctx: ShopRequest, next: Next): Promise<void> {
  try {
    await next();
    if (ctx.status === 404 && ctx.body === undefined) errorPage(ctx, 404, NOT_FOUND);
  } catch (error) {
    const { status = 500, expose = false, message = BROKEN } = (error ?? {}) as Partial<HttpError>;
    if (status >= 500) ctx.app.emit('error', error, ctx);
    if (status === 404) errorPage(ctx, 404, NOT_FOUND);
    else errorPage(ctx, status, expose ? message : BROKEN);
  }
}

/** What `ctx.throw` throws. Only some of these messages are meant for the public. */
interface HttpError extends Error {
  readonly status: number;
  readonly expose: boolean;
}

function errorPage(ctx: ShopRequest, status: number, explanation: string): void {
  ctx.status = status;
  const title = STATUS_CODES[status] ?? 'Error';
  render(
    ctx,
    title,
    html`<div class="narrow center">
      <p class="status">${status}</p>
      <h1>${title}</h1>
      <p class="lead">${explanation}</p>
      <p><a class="button" href="/">Back to the pottery</a></p>
    </div>`,
  );
}
