import type { RouterInstance } from '@koa/router';
import type { ParameterizedContext } from 'koa';
import type { Html } from '../html.js';
import { page } from '../page.js';
import type { Session } from '../session.js';
import type { Visitor } from '../visitor.js';

export interface ShopState {
  visitor: Visitor;
}

export interface ShopContext {
  /** By koa-session; `null` ends it. */
  session: Session | null;
}

export type ShopRouter = RouterInstance<ShopState, ShopContext>;
export type ShopRequest = ParameterizedContext<ShopState, object>;

/** Answers with a page of the shop. */
export function render(ctx: ShopRequest, title: string, content: Html): void {
  ctx.type = 'html';
  ctx.body = page({ title, content, visitor: ctx.state.visitor, answeredBy: 'Koa' });
}

/** A field of the form that was posted, as text; `''` when it is missing. */
export function field(ctx: ShopRequest, name: string): string {
  const value = (ctx.request.body as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value : '';
}

/** A field as a whole number from 0 to 99, which is as many as anybody needs. */
export function quantityField(ctx: ShopRequest): number {
  const quantity = Number.parseInt(field(ctx, 'quantity'), 10);
  return Number.isNaN(quantity) ? 0 : Math.min(Math.max(quantity, 0), 99);
}
