import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import { type Application, fromNode, lint } from 'viaduct';

/** What a handler puts into the head of its answer, by its framework's own means. */
export interface Saying {
  readonly headers?: Readonly<Record<string, string>>;
  readonly reason?: string;
}

export interface Framework {
  readonly name: string;
  /** An application that says something odd at `/odd`, with `hello` as its body, and `fine` elsewhere. */
  create(saying: Saying): Application;
}

/** Every framework, with an application that answers through the framework's interface. */
export const FRAMEWORKS: readonly Framework[] = [
  {
    name: 'Fastify',
    create({ headers = {}, reason }) {
      const app = fastify();
      app.get('/odd', (_request, reply) => {
        if (reason !== undefined) reply.raw.statusMessage = reason;
        return reply.headers(headers).send('hello');
      });
      app.get('/*', () => 'fine');
      return lint(fromFastify(app));
    },
  },
  {
    name: 'Koa',
    create({ headers = {}, reason }) {
      const app = new Koa();
      app.silent = true;
      app.use((ctx) => {
        ctx.body = ctx.path === '/odd' ? 'hello' : 'fine';
        if (ctx.path !== '/odd') return;
        ctx.set({ ...headers });
        if (reason !== undefined) ctx.message = reason;
      });
      return lint(fromKoa(app));
    },
  },
  {
    name: 'Express',
    create({ headers = {}, reason }) {
      const app = express();
      // Else its error page prints the error.
      app.set('env', 'test');
      app.get('/odd', (_request, response) => {
        response.set({ ...headers });
        if (reason !== undefined) response.statusMessage = reason;
        response.type('text/plain').end('hello');
      });
      app.use((_request, response) => void response.type('text/plain').send('fine'));
      return lint(fromNode(app));
    },
  },
];

/** The same application without its Node face: a server then converts for it. */
export function onWebFace(application: Application): Application {
  const { handle: _, ...web } = application;
  return web;
}
