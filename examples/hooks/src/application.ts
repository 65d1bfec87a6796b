import { randomUUID } from 'node:crypto';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';
import { type Application, contextOf, createDispatcher, withHooks } from 'viaduct';

const shop = new Koa();
shop.use((ctx) => {
  ctx.body = `shop, request ${String(contextOf(ctx.req).state.requestId)}\n`;
});

const api = fastify();
api.get('/', (request) => ({ app: 'api', request: contextOf(request.raw).state.requestId }));

/** Hooks around both apps at once: a request id, two security headers, and a line of log when all is over. */
export const application: Application = withHooks(
  createDispatcher({ '/': fromKoa(shop), '/api': fromFastify(api) }),
  {
    onRequest(head, { state }) {
      state.requestId = head.headers.get('x-request-id') ?? randomUUID();
      state.began = performance.now();
      return undefined;
    },
    onResponse({ headers }, { state }) {
      headers.set('x-request-id', String(state.requestId));
      headers.set('x-content-type-options', 'nosniff');
      headers.set('referrer-policy', 'same-origin');
    },
    onFinished({ kind, status }, { state, url }) {
      const took = performance.now() - Number(state.began);
      console.log(`${String(state.requestId)} ${url} ${status ?? '-'} ${kind} ${took.toFixed(1)} ms`);
    },
  },
);
