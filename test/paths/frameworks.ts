import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import { Router } from '@koa/router';
import express from 'express';
import fastify, { type FastifyServerOptions } from 'fastify';
import { H3 } from 'h3';
import { Hono } from 'hono';
import Koa from 'koa';
import { type ApplicationLike, fromNode } from 'viaduct';

/** Told of each request that a handler runs for; gives the headers of its answer. */
export type Tell = (route: string, seen: string) => Record<string, string>;

/** A framework, and how an app with some routes is made in it. */
export interface Framework {
  readonly name: string;
  /** Whether its router takes `/ADMIN` for `/admin`. */
  readonly ignoresCase: boolean;
  /** Whether it cuts a path at `;`. */
  readonly cutsAtSemicolon: boolean;
  /**
   * @param routes Paths with a handler of their own, for every method; one that ends with `/*` takes all that is
   * below it. All else goes to a fallback, whose route is `*`.
   */
  create(routes: readonly string[], tell: Tell): ApplicationLike;
}

export const FRAMEWORKS: readonly Framework[] = [
  fastifyWith('Fastify', {}),
  fastifyWith('Fastify, lenient', { routerOptions: lenient() }),
  // The spelling that Fastify 5 still takes, and warns of.
  fastifyWith('Fastify, lenient, options in the old spelling', lenient()),
  { name: 'Koa with @koa/router', ignoresCase: true, cutsAtSemicolon: false, create: createKoa },
  { name: 'Express', ignoresCase: true, cutsAtSemicolon: false, create: createExpress },
  { name: 'Hono', ignoresCase: false, cutsAtSemicolon: false, create: createHono },
  { name: 'h3', ignoresCase: false, cutsAtSemicolon: false, create: createH3 },
  { name: 'a bare handler with new URL', ignoresCase: false, cutsAtSemicolon: false, create: createBare },
  {
    name: 'a fetch handler that asks by path',
    ignoresCase: false,
    cutsAtSemicolon: false,
    create: createAsking,
  },
];

/** `useSemicolonDelimiter` is missing in Fastify's type of `routerOptions`. */
function lenient(): object {
  return {
    ignoreDuplicateSlashes: true,
    ignoreTrailingSlash: true,
    caseSensitive: false,
    useSemicolonDelimiter: true,
  };
}

function fastifyWith(name: string, options: FastifyServerOptions): Framework {
  const isLenient = Object.keys(options).length > 0;
  return {
    name,
    ignoresCase: isLenient,
    cutsAtSemicolon: isLenient,
    create(routes, tell) {
      const app = fastify(options);
      for (const route of routes) {
        app.all(route, ({ raw }, reply) => reply.headers(tell(route, raw.url ?? '')).send('x'));
      }
      app.all('/*', ({ raw }, reply) => reply.headers(tell('*', raw.url ?? '')).send('x'));
      return fromFastify(app);
    },
  };
}

function createKoa(routes: readonly string[], tell: Tell): ApplicationLike {
  const router = new Router();
  for (const route of routes) {
    router.all(namedWildcard(route), (ctx) => {
      ctx.set(tell(route, ctx.url));
      ctx.body = 'x';
    });
  }
  const app = new Koa();
  app.silent = true;
  app.use(router.routes());
  app.use((ctx) => {
    ctx.set(tell('*', ctx.url));
    ctx.body = 'x';
  });
  return fromKoa(app);
}

function createExpress(routes: readonly string[], tell: Tell): ApplicationLike {
  const app = express();
  app.set('env', 'test');
  for (const route of routes) {
    app.all(namedWildcard(route), (req, res) => void res.set(tell(route, req.url)).send('x'));
  }
  app.use((req, res) => void res.set(tell('*', req.url)).send('x'));
  return fromNode(app);
}

function createHono(routes: readonly string[], tell: Tell): ApplicationLike {
  const app = new Hono();
  for (const route of routes) app.all(route, ({ req }) => answer(route, req.raw, tell));
  app.all('*', ({ req }) => answer('*', req.raw, tell));
  return app;
}

function createH3(routes: readonly string[], tell: Tell): ApplicationLike {
  const app = new H3({ silent: true });
  for (const route of routes) app.all(route.replace(/\*$/, '**'), ({ req }) => answer(route, req, tell));
  app.all('/**', ({ req }) => answer('*', req, tell));
  return { fetch: (request: Request) => app.fetch(request) };
}

/** The way of most programs that route by hand. */
function createBare(routes: readonly string[], tell: Tell): ApplicationLike {
  return fromNode((req, res) => {
    const { url = '/' } = req;
    res.writeHead(200, tell(routeByHand(routes, url), url)).end('x');
  });
}

/** The way of most proxies: what answers parses the path of the `Request` once more. */
function createAsking(routes: readonly string[], tell: Tell): ApplicationLike {
  return (request: Request) => answer(routeByHand(routes, new URL(request.url).pathname), request, tell);
}

function routeByHand(routes: readonly string[], target: string): string {
  const path = URL.canParse(target, 'http://localhost') ? new URL(target, 'http://localhost').pathname : '';
  const below = routes.find((route) => route.endsWith('/*') && path.startsWith(route.slice(0, -1)));
  return routes.includes(path) ? path : (below ?? '*');
}

/** path-to-regexp 8, which @koa/router and Express use, wants a name for what a wildcard takes. */
function namedWildcard(route: string): string {
  return route.replace(/\*$/, '{*rest}');
}

function answer(route: string, request: Request, tell: Tell): Response {
  const { url } = request;
  return new Response('x', { headers: tell(route, url.slice(url.indexOf('/', url.indexOf('//') + 2))) });
}
