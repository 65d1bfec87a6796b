import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import { type Application, fromNode, lint, type LintOptions } from 'viaduct';

/** What a handler puts into the head of its answer, by its framework's own means. */
export interface Saying {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly reason?: string;
  /** Told what `lint` finds: what these applications say is odd on purpose. */
  readonly onViolation?: LintOptions['onViolation'];
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
    create({ status = 200, headers = {}, reason, onViolation = ignore }) {
      const app = fastify();
      app.get('/odd', (_request, reply) => {
        if (reason !== undefined) reply.raw.statusMessage = reason;
        return reply.code(status).headers(headers).send('hello');
      });
      app.get('/*', () => 'fine');
      return lint(fromFastify(app), { onViolation });
    },
  },
  {
    name: 'Koa',
    create({ status, headers = {}, reason, onViolation = ignore }) {
      const app = new Koa();
      app.silent = true;
      app.use((ctx) => {
        ctx.body = ctx.path === '/odd' ? 'hello' : 'fine';
        if (ctx.path !== '/odd') return;
        if (status !== undefined) ctx.status = status;
        ctx.set({ ...headers });
        if (reason !== undefined) ctx.message = reason;
      });
      return lint(fromKoa(app), { onViolation });
    },
  },
  {
    name: 'Express',
    create({ status = 200, headers = {}, reason, onViolation = ignore }) {
      const app = express();
      // Else its error page prints the error.
      app.set('env', 'test');
      app.get('/odd', (_request, response) => {
        response.status(status).set({ ...headers });
        if (reason !== undefined) response.statusMessage = reason;
        response.type('text/plain').end('hello');
      });
      app.use((_request, response) => void response.type('text/plain').send('fine'));
      return lint(fromNode(app), { onViolation });
    },
  },
  {
    name: 'a native handler',
    create({ status = 200, headers = {}, reason, onViolation = ignore }) {
      const handler = fromNode((request, response) => {
        response.setHeader('content-type', 'text/plain');
        if (request.url !== '/odd') return void response.end('fine');
        response.statusCode = status;
        if (reason !== undefined) response.statusMessage = reason;
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        return void response.end('hello');
      });
      return lint(handler, { onViolation });
    },
  },
  {
    name: 'a fetch handler',
    create({ status = 200, headers = {}, reason = '', onViolation = ignore }) {
      const type = { 'content-type': 'text/plain' };
      const handler = (request: Request): Response =>
        new URL(request.url).pathname === '/odd'
          ? new Response('hello', { status, statusText: reason, headers: { ...type, ...headers } })
          : new Response('fine', { headers: type });
      return lint(handler, { onViolation });
    },
  },
];

function ignore(): void {}

/** The same application without its Node face: a server then converts for it. */
export function onWebFace(application: Application): Application {
  const { handle: _, ...web } = application;
  return web;
}
