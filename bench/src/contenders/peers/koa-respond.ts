import Koa from 'koa';
import { createFastifyApp } from '../../apps/fastify.js';
import { SHOP } from '../../apps/places.js';
import type { Contender } from '../../contender.js';
import { listen } from '../../listen.js';
import { WORKLOAD_NAMES } from '../../workloads.js';

/**
 * The Fastify application in a middleware of a Koa host that gives the answer out of hand, with the path cut by
 * hand: the least that a Koa host can cost.
 */
const koaRespond: Contender = {
  title: 'ctx.respond = false, Fastify',
  workloads: WORKLOAD_NAMES,
  basePath: SHOP,
  against: ['fastify'],
  async start(size) {
    const fastify = createFastifyApp(size);
    await fastify.ready();
    const host = new Koa();
    host.use((ctx, next) => {
      const { req, res } = ctx;
      if (!ctx.url.startsWith(`${SHOP}/`)) return next();
      ctx.respond = false;
      res.statusCode = 200;
      req.url = ctx.url.slice(SHOP.length);
      fastify.routing(req, res);
      return new Promise((resolve) => {
        res.once('close', resolve);
      });
    });
    return listen(host.callback());
  },
};

export default koaRespond;
