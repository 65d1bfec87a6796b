import fastify, { type FastifyInstance } from 'fastify';

/** The Fastify app. It is mounted at `/api`, and sees `/hello` where the client asked for `/api/hello`. */
export function createApi(): FastifyInstance {
  const app = fastify();

  app.get(
    '/hello',
    {
      schema: { querystring: { type: 'object', properties: { name: { type: 'string', default: 'world' } } } },
    },
    async (request) => {
      const { name } = request.query as { name: string };
      return { hello: name, path: request.originalUrl };
    },
  );

  return app;
}
