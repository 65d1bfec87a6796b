/** Loads five frameworks in the order given on the command line, serves all, and prints what each answers. */
import { serve, createDispatcher, fromNode } from 'viaduct';

const globals = ['Response', 'Request', 'Headers', 'fetch', 'ReadableStream', 'URL', 'AbortController'];
const before = globals.map((name) => globalThis[name]);
const prototypes = (await import('node:http')).default;
const methods = (type) =>
  Object.entries(Object.getOwnPropertyDescriptors(type.prototype)).map(([, { value, get }]) => value ?? get);
const nodeBefore = [prototypes.ServerResponse, prototypes.IncomingMessage].flatMap(methods);

const loaders = {
  async hono() {
    const { Hono } = await import('hono');
    const app = new Hono();
    app.all('/echo', async (c) =>
      c.json({ by: 'hono', q: c.req.query('q'), body: await c.req.text() }, 201, { 'x-by': 'hono' }),
    );
    app.get('/crash', () => {
      throw new Error('of hono');
    });
    app.onError((error, c) => c.text(`hono caught ${error.message}`, 500));
    return app;
  },
  async h3() {
    const { H3, handleCors } = await import('h3');
    void handleCors;
    const app = new H3({ silent: true });
    app.all('/echo', async (event) => {
      event.res.status = 201;
      event.res.headers.set('x-by', 'h3');
      return { by: 'h3', q: event.url.searchParams.get('q'), body: await event.req.text() };
    });
    app.get('/crash', () => {
      throw new Error('of h3');
    });
    return { fetch: (request) => app.fetch(request) };
  },
  async fastify() {
    const { default: fastify } = await import('fastify');
    const { fromFastify } = await import('@viaduct/fastify');
    const app = fastify();
    app.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    app.all('/echo', async (request, reply) => {
      reply.code(201).header('x-by', 'fastify');
      return { by: 'fastify', q: request.query.q, body: request.body ?? '' };
    });
    app.get('/crash', async () => {
      throw new Error('of fastify');
    });
    return fromFastify(app);
  },
  async koa() {
    const { default: Koa } = await import('koa');
    const { fromKoa } = await import('@viaduct/koa');
    const app = new Koa();
    app.silent = true;
    app.use(async (ctx) => {
      if (ctx.path === '/crash') throw new Error('of koa');
      if (ctx.path !== '/echo') return;
      let body = '';
      for await (const chunk of ctx.req) body += chunk;
      ctx.status = 201;
      ctx.set('x-by', 'koa');
      ctx.body = { by: 'koa', q: ctx.query.q, body };
    });
    return fromKoa(app);
  },
  async express() {
    const { default: express } = await import('express');
    const app = express();
    app.set('env', 'test');
    app.use(express.text());
    app.all('/echo', (req, res) =>
      res
        .status(201)
        .set('x-by', 'express')
        .json({ by: 'express', q: req.query.q, body: req.body ?? '' }),
    );
    app.get('/crash', () => {
      throw new Error('of express');
    });
    app.use((error, _req, res, _next) => res.status(500).send(`express caught ${error.message}`));
    return fromNode(app, { name: 'express' });
  },
};

const applications = {};
for (const name of process.argv.slice(2)) applications[`/${name}`] = await loaders[name]();

const table = createDispatcher(applications, { onError: () => undefined });
const server = await serve(table, { port: 0, host: '127.0.0.1' });
const answers = {};
for (const path of Object.keys(applications)) {
  for (const [label, target, init] of [
    ['get', '/echo?q=1', {}],
    ['post', '/echo?q=2', { method: 'POST', body: 'text', headers: { 'content-type': 'text/plain' } }],
    ['head', '/echo', { method: 'HEAD' }],
    ['crash', '/crash', {}],
    ['missing', '/missing', {}],
  ]) {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}${target}`, init);
    const { date: _, connection: __, 'keep-alive': ___, ...headers } = Object.fromEntries(response.headers);
    answers[`${path} ${label}`] = [response.status, headers, await response.text()];
    const converted = await table.fetch(new Request(`http://127.0.0.1${path}${target}`, init));
    answers[`${path} ${label} web`] = [converted.status, await converted.text()];
  }
}
await server.close();
const changed = globals.filter((name, index) => globalThis[name] !== before[index]);
const nodeAfter = [prototypes.ServerResponse, prototypes.IncomingMessage].flatMap(methods);
if (nodeAfter.length !== nodeBefore.length || nodeAfter.some((value, index) => value !== nodeBefore[index]))
  changed.push('node:http');
console.log(JSON.stringify({ changed, answers }));
