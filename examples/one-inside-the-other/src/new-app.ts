import { toFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { oldApp } from './old-app.js';

/** The new app, in Fastify: it owns the port, and every path that it has a route for. */
export function newApp(): FastifyInstance {
  const app = fastify();
  app.decorateRequest('user', '');

  // The host's hooks run for the old app too: it need not find the user a second time.
  app.addHook('onRequest', async (request: FastifyRequest & { user?: string }) => {
    request.user = String(request.headers['x-user'] ?? 'nobody');
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.header('x-frame-options', 'DENY');
  });
  app.addHook('onResponse', async (request, reply) => {
    console.log(`${request.method} ${request.url} ${reply.statusCode}`);
  });

  app.get('/products', async () => [{ name: 'moss mug' }, { name: 'slate bowl' }]);

  // All that has not moved yet. Its parsers, cookies and error pages are its own.
  app.register(
    toFastify(fromKoa(oldApp()), {
      state: (request: FastifyRequest & { user: string }) => ({ user: request.user }),
    }),
    { prefix: '/old' },
  );
  return app;
}
