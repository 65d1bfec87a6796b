import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { contextOf } from 'viaduct';

/** `/docs` for people, `/openapi.json` for programs. */
export const documentation = fp(async (api: FastifyInstance) => {
  await api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Under the Arches',
        description: 'What the shop sells, and who ordered it.',
        version: '1.0.0',
      },
      tags: [{ name: 'products' }, { name: 'orders' }, { name: 'stock', description: 'For keepers' }],
    },
  });
  await api.register(swaggerUi, {
    routePrefix: '/docs',
    transformSpecification: (document, request) => ({ ...document, servers: servers(request) }),
    uiHooks: {
      // With a slash at the end its links are relative, and so right wherever the API is mounted.
      onRequest(request, reply, next) {
        if (request.url === '/docs') void reply.redirect(`${contextOf(request.raw).basePath}/docs/`);
        else next();
      },
    },
  });
  api.get('/openapi.json', { schema: { hide: true } }, async (request) => ({
    ...api.swagger(),
    servers: servers(request),
  }));
});

/** Where this API is, as its caller sees it: told by the context of the request, not by a setting. */
function servers(request: FastifyRequest): { url: string }[] {
  return [{ url: contextOf(request.raw).basePath || '/' }];
}
