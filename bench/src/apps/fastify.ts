import Fastify, { type FastifyInstance } from 'fastify';
import type { AppSize } from '../workloads.js';
import { DOWNLOAD_LENGTH, streamDownload } from './payloads.js';
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

const order = {
  type: 'object',
  required: ['product', 'count'],
  properties: { product: { type: 'integer' }, count: { type: 'integer' }, comment: { type: 'string' } },
} as const;

interface Order {
  readonly product: number;
  readonly count: number;
  readonly comment?: string;
}

/** The Fastify application, in the make that a workload asks. */
export function createFastifyApp(size: AppSize): FastifyInstance {
  return size === 'small' ? createSmall() : createFull();
}

/** One route, one answer: whatever stands before it weighs most here. */
function createSmall(): FastifyInstance {
  const app = Fastify();
  app.get('/hello', async () => ({ hello: 'world' }));
  return app;
}

/** What real ones have: schemas in and out, hooks, decorators, a plugin of its own. */
function createFull(): FastifyInstance {
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

  app.register(addProducts);
  app.register(addBytes);
  return app;
}

async function addProducts(scope: FastifyInstance): Promise<void> {
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
  const accepted = {
    ...order,
    properties: { ...order.properties, isAccepted: { type: 'boolean' } },
  };
  scope.post<{ Body: Order }>(
    '/orders',
    { schema: { body: order, response: { 201: accepted } } },
    async ({ body }, reply) => {
      if (findProduct(body.product) === undefined) return reply.code(400).send({ error: 'no such product' });
      return reply.code(201).send({ ...body, isAccepted: true });
    },
  );
}

/** Bodies that are streams, up and down. */
async function addBytes(scope: FastifyInstance): Promise<void> {
  scope.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  scope.post('/echo', (request, reply) => reply.type('application/octet-stream').send(request.body));
  scope.get('/download', (_request, reply) =>
    reply.type('application/octet-stream').header('content-length', DOWNLOAD_LENGTH).send(streamDownload()),
  );
}
