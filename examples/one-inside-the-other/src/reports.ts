import type { FastifyInstance } from 'fastify';
import { contextOf } from 'viaduct';

/** Reports, as a Fastify plugin: the innermost of three frameworks. */
export async function reports(app: FastifyInstance): Promise<void> {
  app.get('/sales', async (request) => {
    const { basePath, path, state } = contextOf(request.raw);
    return { sold: 7, basePath, path, user: state['user'], asked: request.originalUrl };
  });

  // Parsed here and nowhere before: neither host has touched the body.
  app.post('/sales', async (request, reply) => reply.code(201).send({ noted: request.body }));
}
