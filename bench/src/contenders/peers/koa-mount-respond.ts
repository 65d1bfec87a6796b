import Koa from 'koa';
import mount from 'koa-mount';
import { createFastifyApp } from '../../apps/fastify.js';
import { SHOP } from '../../apps/places.js';
import type { Contender } from '../../contender.js';
import { listen } from '../../listen.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/**
 * The Fastify application in a middleware of a Koa host that gives the answer out of hand, with the path cut by
 * koa-mount: the least that a Koa host can cost whose mounts are those of Koa's users.
 */
const koaMountRespond: Contender = {
  title: 'koa-mount, ctx.respond = false, Fastify',
  workloads: WORKLOAD_NAMES,
  basePath: SHOP,
  against: ['fastify'],
  async start(size) {
    const fastify = createFastifyApp(size);
    await fastify.ready();
    const host = new Koa();
    host.use(
      mount(SHOP, (ctx) => {
        const { req, res } = ctx;
        ctx.respond = false;
        res.statusCode = 200;
        fastify.routing(req, res);
        return new Promise((resolve) => {
          res.once('close', resolve);
        });
      }),
    );
    return listen(host.callback());
  },
};

export default koaMountRespond;
