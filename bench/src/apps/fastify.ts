import Fastify, { type FastifyInstance } from 'fastify';
import { findProduct } from './products.js';

const product = {
  type: 'object',
  required: ['id', 'name', 'priceCents', 'tags', 'isInStock'],
  properties: {
    id: { type: 'integer' },
    name: { type: 'string' },
    priceCents: { type: 'integer' },
    tags: { type: 'array', items: { type: 'string' } },
    isInStock: { type: 'boolean' },
  },
} as const;

/** A Fastify application with what real ones have: schemas in and out, hooks, decorators, a plugin of its own. */
export function createFastifyApp(): FastifyInstance {
  const app = Fastify();
  let served = 0;

  app.decorateRequest('startedAt', 0);
  app.addHook('onRequest', async (request, reply) => {
    served += 1;
    request.setDecorator('startedAt', performance.now());
    reply.header('x-request-id', request.headers['x-request-id'] ?? `fastify-${served}`);
  });
  app.addHook('preHandler', (_request, reply, done) => {
    reply.header('x-content-type-options', 'nosniff');
    reply.header('x-frame-options', 'DENY');
    done();
  });
  app.addHook('onSend', async (request, reply) => {
    const startedAt = request.getDecorator<number>('startedAt');
    reply.header('x-response-time', `${(performance.now() - startedAt).toFixed(1)}ms`);
  });

  app.register(async (scope) => {
    scope.get('/', async () => ({ service: 'api' }));
    scope.get('/products', async () => ({ total: 100 }));
    scope.get<{ Params: { id: number } }>(
      '/products/:id',
      {
        schema: {
          params: { type: 'object', required: ['id'], properties: { id: { type: 'integer', minimum: 1 } } },
          querystring: { type: 'object', properties: { fields: { type: 'string' } } },
          response: { 200: product },
        },
      },
      async (request, reply) =>
        findProduct(request.params.id) ?? reply.code(404).send({ error: 'no such product' }),
    );
    scope.post('/orders', async (_request, reply) => reply.code(201).send());
  });
  return app;
}
