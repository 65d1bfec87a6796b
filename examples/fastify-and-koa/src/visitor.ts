import type { IncomingMessage } from 'node:http';
import { type Application, contextOf, withHooks } from 'viaduct';
import { readSession } from './session.js';
import { findUser, type User } from './users.js';

/** Who is asking. Koa's middleware and Fastify's handlers read the very same. */
export interface Visitor {
  readonly user: User | undefined;
  readonly itemsInCart: number;
}

/** Middleware in front of every app: reads the session once, and shares what it says through `state`. */
export function withVisitor(application: Application): Application {
  return withHooks(application, {
    onRequest(head, { state }) {
      const { user = '', cart = {} } = readSession(head.headers.get('cookie'));
      state['user'] = findUser(user);
      state['itemsInCart'] = Object.values(cart).reduce((sum, quantity) => sum + quantity, 0);
    },
  });
}

/** What {@link withVisitor} found: `visitorOf(ctx.req)` in Koa, `visitorOf(request.raw)` in Fastify. */
export function visitorOf(req: IncomingMessage): Visitor {
  const { user, itemsInCart } = contextOf(req).state;
  return { user, itemsInCart } as Visitor;
}
