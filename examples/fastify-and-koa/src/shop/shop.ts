import { bodyParser } from '@koa/bodyparser';
import { Router } from '@koa/router';
import Koa from 'koa';
import { createSession } from 'koa-session';
import { SESSION_COOKIE, sessionKeys } from '../session.js';
import { visitorOf } from '../visitor.js';
import { cartPages } from './cart-pages.js';
import { cataloguePages } from './catalogue-pages.js';
import { checkoutPages } from './checkout-pages.js';
import { errorPages } from './error-pages.js';
import { orderPages } from './order-pages.js';
import { photos } from './photos.js';
import type { ShopContext, ShopState } from './render.js';
import { signInPages } from './sign-in-pages.js';
import { staticFiles } from './static-files.js';

/** The shop as it has been for years: a Koa app that knows nothing of a gateway. */
export function createShop(): Koa<ShopState, ShopContext> {
  const shop = new Koa<ShopState, ShopContext>();
  shop.keys = sessionKeys;

  shop.use(async (ctx, next) => {
    ctx.set('x-answered-by', 'Koa');
    ctx.state.visitor = visitorOf(ctx.req);
    await next();
  });
  shop.use(errorPages);
  shop.use(staticFiles);
  shop.use(createSession({ key: SESSION_COOKIE, sameSite: 'lax' }, shop as unknown as Koa));
  shop.use(bodyParser({ enableTypes: ['form'] }));

  const router = new Router<ShopState, ShopContext>();
  cataloguePages(router);
  photos(router);
  cartPages(router);
  checkoutPages(router);
  signInPages(router);
  orderPages(router);
  shop.use(router.routes());
  shop.use(router.allowedMethods());
  return shop;
}
