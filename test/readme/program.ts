import type { Snippet } from './snippets.js';

/**
 * What a block without imports is pasted below: it is a fragment, and speaks of these apps.
 */
const PRELUDE = `
import { contextOf, createDispatcher, serve, withHooks } from 'viaduct';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';

const shop = new Koa().use((ctx) => {
  ctx.body = \`the shop, at \${ctx.path}\\n\`;
});
const api = fastify();
api.get('/users', async () => [{ name: 'Ada' }]);
api.get('/me', async (request) => ({ user: contextOf(request.raw).state.user }));
const orders = fastify();
orders.get<{ Params: { id: string } }>('/orders/:id', async (request) => ({ id: request.params.id, url: request.url }));

`;

/** The module that a snippet stands for, listening on `port` where the page says 3000. */
export function programOf({ code, commands }: Snippet, port: number): string {
  const isFragment = !/^import /m.test(code) && !code.includes('require(');
  const isCalled = commands.some(({ line }) => line.startsWith('curl'));
  const servesItself = /\b(?:serve|listen)\(/.test(code);
  const program = [
    isFragment ? PRELUDE : '',
    code,
    isFragment && isCalled && !servesItself ? 'await serve(application, { port: 3000 });\n' : '',
    'export {};\n',
  ].join('');
  return atPort(program, port);
}

export function atPort(text: string, port: number): string {
  return text.replaceAll(/\b3000\b/g, String(port));
}

/** Whether the program goes on until it is stopped. */
export function isServer(program: string): boolean {
  return /\b(?:serve|listen)\(/.test(program);
}
