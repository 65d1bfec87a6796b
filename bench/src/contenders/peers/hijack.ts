import Fastify from 'fastify';
import { createKoaApp } from '../../apps/koa.js';
import { SHOP } from '../../apps/places.js';
import type { Contender } from '../../contender.js';
import { listen } from '../../listen.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/** The Koa application in routes of a Fastify host that give the answer out of hand, with the path cut by hand. */
const hijack: Contender = {
  title: 'hijacked Fastify route, Koa',
  workloads: WORKLOAD_NAMES,
  basePath: SHOP,
  against: ['koa'],
  async start(size) {
    const host = Fastify();
    const koa = createKoaApp(size).callback();
    host.register(
      async (scope) => {
        scope.removeAllContentTypeParsers();
        scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
        scope.all('/*', (request, reply) => {
          reply.hijack();
          request.raw.url = request.url.slice(SHOP.length);
          void koa(request.raw, reply.raw);
        });
      },
      { prefix: SHOP },
    );
    host.get('/', async () => 'the host');
    await host.ready();
    return listen(host.routing);
  },
};

export default hijack;
