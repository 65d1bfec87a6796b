import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { Router } from '@koa/router';
import fastify, { type FastifyInstance } from 'fastify';
import Koa from 'koa';

/** 5 MB in pieces, so that a download is a stream. */
function download(): Readable {
  return Readable.from(Array.from({ length: 80 }, (_, index) => Buffer.alloc(64 * 1024, index)));
}

async function digest(request: IncomingMessage): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of request) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function json(request: IncomingMessage): Promise<unknown> {
  let content = '';
  for await (const chunk of request) content += String(chunk);
  return JSON.parse(content);
}

/** A Koa app that does what apps do. */
export function koaApp(): Koa {
  const router = new Router();
  router.get('/hello', (ctx) => {
    ctx.set('X-Custom', 'yes');
    ctx.etag = 'v1';
    ctx.body = { hello: ctx.query['name'] };
  });
  router.post('/json', async (ctx) => {
    ctx.status = 201;
    ctx.body = { got: await json(ctx.req) };
  });
  router.post('/upload', async (ctx) => {
    ctx.body = await digest(ctx.req);
  });
  router.get('/download', (ctx) => {
    ctx.type = 'application/octet-stream';
    ctx.body = download();
  });
  router.get('/redirect', (ctx) => ctx.redirect('/hello?name=again'));
  router.get('/cookies', (ctx) => {
    ctx.cookies.set('one', '1', { path: '/a' });
    ctx.cookies.set('two', '2', { httpOnly: false });
    ctx.body = 'cookies';
  });
  router.get('/error', (ctx) => ctx.throw(409, 'in conflict'));
  router.get('/crash', () => {
    throw new Error('thrown by the test');
  });
  const app = new Koa();
  app.silent = true;
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
}

/** A Fastify app that does the same. */
export function fastifyApp(): FastifyInstance {
  const app = fastify();
  app.addContentTypeParser('application/octet-stream', (_request, _payload, done) => done(null));
  app.get<{ Querystring: { name: string } }>('/hello', async (request, reply) => {
    reply.header('X-Custom', 'yes').header('etag', '"v1"');
    return { hello: request.query.name };
  });
  app.post('/json', async (request, reply) => {
    reply.code(201);
    return { got: request.body };
  });
  app.post('/upload', { bodyLimit: 100 * 1024 * 1024 }, (request) => digest(request.raw));
  app.get('/download', async (_request, reply) => reply.type('application/octet-stream').send(download()));
  app.get('/redirect', async (_request, reply) => reply.redirect('/hello?name=again'));
  app.get('/cookies', async (_request, reply) => {
    reply.header('set-cookie', 'one=1; path=/a').header('set-cookie', 'two=2; path=/');
    return 'cookies';
  });
  app.get('/error', async () => {
    throw Object.assign(new Error('in conflict'), { statusCode: 409 });
  });
  app.get('/crash', async () => {
    throw new Error('thrown by the test');
  });
  return app;
}
