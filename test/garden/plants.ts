import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { getRequestListener } from '@hono/node-server';
import { Router } from '@koa/router';
import express from 'express';
import fastify, { type FastifyServerOptions } from 'fastify';
import { H3, toNodeHandler } from 'h3';
import { Hono } from 'hono';
import Koa from 'koa';

/** A framework as it is, with its own adapter to Node, and nothing of ours. */
export interface Plant {
  readonly name: string;
  /** The packages whose versions the page tells. */
  readonly packages: readonly string[];
  /** With a handler at each of {@link ROUTES} that gives the route and its parameter as JSON. */
  start(): Promise<Server>;
}

export const ROUTES = ['/', '/admin', '/admin/secret', '/public/:name'] as const;

/** `useSemicolonDelimiter` is missing in Fastify's type. */
const LENIENT: object = {
  ignoreDuplicateSlashes: true,
  ignoreTrailingSlash: true,
  caseSensitive: false,
  useSemicolonDelimiter: true,
};

export const PLANTS: readonly Plant[] = [
  { name: 'Fastify', packages: ['fastify'], start: () => startFastify({}) },
  { name: 'Fastify, lenient', packages: [], start: () => startFastify({ routerOptions: LENIENT }) },
  { name: '@koa/router', packages: ['koa', '@koa/router'], start: startKoa },
  { name: 'Express', packages: ['express'], start: startExpress },
  { name: 'Hono', packages: ['hono', '@hono/node-server'], start: startHono },
  { name: 'h3', packages: ['h3'], start: startH3 },
];

/** `fastify 5.12.8`, for every package of the garden. */
export function versions(): string[] {
  const { resolve } = createRequire(import.meta.url);
  const packages = [...new Set(PLANTS.flatMap((plant) => plant.packages))];
  return packages.map((name) => `${name} ${versionOf(resolve(name), name)}`);
}

/** From the nearest `package.json` above that has the name: not every package exports its own. */
function versionOf(file: string, name: string): string {
  const require = createRequire(import.meta.url);
  for (let folder = file; folder.includes('/'); folder = folder.slice(0, folder.lastIndexOf('/'))) {
    try {
      const found = require(`${folder}/package.json`) as { name?: string; version: string };
      if (found.name === name) return found.version;
    } catch {
      // None here: one folder up.
    }
  }
  return '?';
}

async function startFastify(options: FastifyServerOptions): Promise<Server> {
  const app = fastify(options);
  for (const route of ROUTES)
    app.get<{ Params: { name?: string } }>(route, ({ params }) => tell(route, params.name));
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server;
}

function startKoa(): Promise<Server> {
  const router = new Router();
  for (const route of ROUTES) {
    router.get(route, (ctx) => {
      ctx.body = tell(route, ctx.params.name);
    });
  }
  const app = new Koa();
  app.silent = true;
  app.use(router.routes());
  return listen(createServer(app.callback()));
}

function startExpress(): Promise<Server> {
  const app = express();
  app.set('env', 'test');
  for (const route of ROUTES)
    app.get(route, (req, res) => void res.json(tell(route, (req.params as { name?: string }).name)));
  return listen(createServer(app));
}

function startHono(): Promise<Server> {
  const app = new Hono();
  for (const route of ROUTES)
    app.get(route, (c) => c.json(tell(route, (c.req.param() as { name?: string }).name)));
  return listen(createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false })));
}

function startH3(): Promise<Server> {
  const app = new H3({ silent: true });
  for (const route of ROUTES) app.get(route, ({ context }) => tell(route, context.params?.name));
  return listen(createServer(toNodeHandler(app)));
}

function tell(route: string, name: string | undefined): { route: string; name?: string } {
  return name === undefined ? { route } : { route, name };
}

async function listen(server: Server): Promise<Server> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}
