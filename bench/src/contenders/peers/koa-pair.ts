import { IncomingMessage, ServerResponse } from 'node:http';
import Koa from 'koa';
import mount from 'koa-mount';
import { createFastifyApp } from '../../apps/fastify.js';
import { SHOP } from '../../apps/places.js';
import type { Contender } from '../../contender.js';
import { listen } from '../../listen.js';

/**
 * The Fastify application on a request and response of its own, made by hand, whose answer is put on the context of a
 * Koa host: the least that a host can cost which is to see the answer. It has no streams, no events but `finish`, and
 * no way to fail.
 */
const koaPair: Contender = {
  title: 'a second pair by hand, Fastify in Koa',
  workloads: ['hello', 'product'],
  basePath: SHOP,
  against: ['fastify'],
  async start(size) {
    const fastify = createFastifyApp(size);
    await fastify.ready();
    const host = new Koa();
    host.use(
      mount(SHOP, (ctx) => {
        const request = copyOf(ctx.req);
        const response = new ServerResponse(request);
        response.writeHead = (status: number, headers: unknown) => {
          ctx.status = status;
          ctx.set(headers as Record<string, string>);
          return response;
        };
        return new Promise<void>((resolve) => {
          response.end = (body: unknown) => {
            ctx.body = body;
            response.emit('finish');
            resolve();
            return response;
          };
          fastify.routing(request, response);
        });
      }),
    );
    return listen(host.callback());
  },
};

function copyOf({ socket, method, url, httpVersion, headers, rawHeaders }: IncomingMessage): IncomingMessage {
  const request = new IncomingMessage(socket);
  return Object.assign(request, {
    method,
    url,
    httpVersion,
    headers: { ...headers },
    rawHeaders,
    complete: true,
  });
}

export default koaPair;
