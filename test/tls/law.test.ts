import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify from 'fastify';
import express, { type ErrorRequestHandler } from 'express';
import Koa from 'koa';
import {
  type Application,
  contextOf,
  createDispatcher,
  fromNode,
  lint,
  type RequestContext,
  serve,
  type Server,
} from 'viaduct';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type Question } from './ask.js';
import { LOCALHOST } from './certificates.js';

const LOCAL = { port: 0, host: '127.0.0.1' };

/** What each application tells of the request that it was given. */
function tell(
  method: string,
  url: string,
  header: (name: string) => unknown,
  context: RequestContext,
): string {
  const { basePath, path, protocol, host, url: whole } = context;
  return JSON.stringify({
    method,
    url,
    basePath,
    path,
    protocol,
    host: host.replace(/\d+$/, 'port'),
    whole: whole.replace(/:\d+/, ':port'),
    hostHeader: String(header('host')).replace(/\d+$/, 'port'),
    pseudo: header(':path') === undefined,
    cookie: header('cookie'),
    custom: header('x-custom'),
  });
}

const CHUNKS = ['first,', 'second,', 'ünd so weiter'];

function koaApplication(): Application {
  const app = new Koa();
  app.silent = true;
  app.use(async (ctx) => {
    const { req, res } = ctx;
    ctx.set('x-from', 'koa');
    if (ctx.path === '/stream') ctx.body = Readable.from(CHUNKS);
    else if (ctx.path === '/echo') ctx.body = req;
    else if (ctx.path === '/none') ctx.status = 204;
    else if (ctx.path === '/unchanged') ctx.status = 304;
    else if (ctx.path === '/wrong') throw new Error('on purpose');
    else if (ctx.path === '/cookies') {
      res.setHeader('set-cookie', ['a=1; Path=/', 'b=2']);
      ctx.body = 'cookies';
    } else if (ctx.path === '/old-ways') {
      ctx.set({ connection: 'keep-alive', 'keep-alive': 'timeout=5', upgrade: 'h2c' });
      ctx.status = 201;
      ctx.message = 'Quite Fine';
      ctx.body = { old: true };
    } else if (ctx.path === '/host')
      ctx.body = [ctx.host, ctx.protocol, ctx.hostname].join(' ').replace(/:\d+/, '');
    else
      ctx.body = tell(
        ctx.method,
        ctx.url,
        (name) => (name.startsWith(':') ? undefined : req.headers[name]),
        contextOf(req),
      );
  });
  return fromKoa(app);
}

function fastifyApplication(): Application {
  const app = fastify();
  app.addHook('onSend', async (_, reply) => void reply.header('x-from', 'fastify'));
  app.addContentTypeParser('*', (_, payload, done) => done(null, payload));
  app.get('/stream', async () => Readable.from(CHUNKS));
  app.post('/echo', async (request, reply) => reply.type('application/octet-stream').send(request.body));
  app.get('/none', async (_, reply) => reply.code(204).send());
  app.get('/unchanged', async (_, reply) => reply.code(304).send());
  app.get('/wrong', async () => {
    throw new Error('on purpose');
  });
  app.get('/cookies', async (_, reply) => {
    reply.header('set-cookie', ['a=1; Path=/', 'b=2']);
    return 'cookies';
  });
  app.get('/old-ways', async (_, reply) => {
    reply.headers({ connection: 'keep-alive', 'keep-alive': 'timeout=5', upgrade: 'h2c' });
    reply.raw.statusMessage = 'Quite Fine';
    return reply.code(201).send({ old: true });
  });
  app.get('/host', async (request) =>
    [request.host, request.protocol, request.hostname].join(' ').replace(/:\d+/, ''),
  );
  app.all('/*', async (request) =>
    tell(
      request.method,
      request.url,
      (name) => (name.startsWith(':') ? undefined : request.headers[name]),
      contextOf(request.raw),
    ),
  );
  return fromFastify(app);
}

function nodeApplication(): Application {
  return fromNode((req, res) => {
    const path = req.url?.split('?')[0];
    res.setHeader('x-from', 'node');
    if (path === '/stream') return void Readable.from(CHUNKS).pipe(res);
    if (path === '/echo') return void req.pipe(res);
    if (path === '/none') return void res.writeHead(204).end();
    if (path === '/unchanged') return void res.writeHead(304).end();
    if (path === '/wrong') throw new Error('on purpose');
    if (path === '/cookies') {
      res.appendHeader('set-cookie', 'a=1; Path=/').appendHeader('set-cookie', 'b=2');
      return void res.end('cookies');
    }
    if (path === '/old-ways') {
      res.setHeader('connection', 'keep-alive').setHeader('keep-alive', 'timeout=5');
      return void res
        .writeHead(201, 'Quite Fine', { upgrade: 'h2c', 'content-type': 'application/json' })
        .end('{"old":true}');
    }
    if (path === '/host') return void res.end(String(req.headers.host).replace(/:\d+/, ''));
    return void res.end(
      tell(
        req.method ?? '',
        req.url ?? '',
        (name) => (name.startsWith(':') ? undefined : req.headers[name]),
        contextOf(req),
      ),
    );
  });
}

/** Each chunk some time after the one before: converted, a body that is there at once gets a length. */
async function* slowly(chunks: readonly string[]): AsyncGenerator<string> {
  for (const chunk of chunks) {
    await delay(5);
    yield chunk;
  }
}

function expressApplication(): Application {
  const app = express();
  app.disable('etag');
  app.use((_, res, next) => {
    res.setHeader('x-from', 'express');
    next();
  });
  app.get('/stream', (_, res) => {
    Readable.from(slowly(CHUNKS)).pipe(res);
  });
  app.post('/echo', (req, res) => void req.pipe(res));
  app.get('/none', (_, res) => void res.sendStatus(204));
  app.get('/unchanged', (_, res) => void res.status(304).end());
  app.get('/wrong', () => {
    throw new Error('on purpose');
  });
  app.use(
    '/wrong',
    ((_error, _req, res, _next) => void res.status(500).send('sorry')) as ErrorRequestHandler,
  );
  app.get('/cookies', (_, res) => void res.cookie('a', '1').cookie('b', '2').send('cookies'));
  app.get('/old-ways', (_, res) => void res.status(201).json({ old: true }));
  app.get('/host', (req, res) => void res.send([req.hostname, req.protocol, req.secure].join(' ')));
  app.use((req, res) => {
    const header = (name: string): unknown => (name.startsWith(':') ? undefined : req.headers[name]);
    res.end(tell(req.method, req.url, header, contextOf(req)));
  });
  return fromNode(app);
}

function webApplication(): Application {
  return {
    fetch(request, context) {
      const { pathname, search } = new URL(request.url);
      const headers = { 'x-from': 'web' };
      if (pathname === '/stream')
        return new Response(
          Readable.toWeb(Readable.from(CHUNKS.map((chunk) => Buffer.from(chunk)))) as ReadableStream,
          { headers },
        );
      if (pathname === '/echo') return new Response(request.body, { headers });
      if (pathname === '/none') return new Response(null, { status: 204, headers });
      if (pathname === '/unchanged') return new Response(null, { status: 304, headers });
      if (pathname === '/wrong') throw new Error('on purpose');
      if (pathname === '/cookies') {
        return new Response('cookies', {
          headers: [
            ['set-cookie', 'a=1; Path=/'],
            ['set-cookie', 'b=2'],
          ],
        });
      }
      if (pathname === '/old-ways') {
        return new Response('{"old":true}', {
          status: 201,
          statusText: 'Quite Fine',
          headers: { ...headers, connection: 'keep-alive', 'keep-alive': 'timeout=5' },
        });
      }
      if (pathname === '/host') return new Response(request.headers.get('host')?.replace(/:\d+/, ''));
      const names = [...request.headers.keys()].filter((name) => name.startsWith(':'));
      if (context === undefined || names.length > 0) throw new Error(`pseudo-headers: ${names.join()}`);
      return new Response(
        tell(
          request.method,
          pathname + search,
          (name) => (name.startsWith(':') ? undefined : (request.headers.get(name) ?? undefined)),
          context,
        ),
        { headers },
      );
    },
  };
}

const QUESTIONS: Readonly<Record<string, Question>> = {
  'a page': { path: '/app/a/b?c=d&c=%20' },
  'its base path': { path: '/app' },
  'a path with an encoded slash': { path: '/app/a%2Fb/%E4%BD%A0' },
  'an ambiguous path': { path: '/other/..%2fapp/x' },
  HEAD: { method: 'HEAD', path: '/app/a' },
  'a body in chunks': { path: '/app/stream' },
  'HEAD of a body in chunks': { method: 'HEAD', path: '/app/stream' },
  'an upload': {
    method: 'POST',
    path: '/app/echo',
    headers: { 'content-type': 'application/octet-stream' },
    body: Buffer.alloc(300_000, 'pattern'),
  },
  'POST without a body': { method: 'POST', path: '/app/x' },
  DELETE: { method: 'DELETE', path: '/app/x' },
  '204': { path: '/app/none' },
  '304': { path: '/app/unchanged' },
  'an error': { path: '/app/wrong' },
  'two cookies': { path: '/app/cookies' },
  'headers of HTTP/1.1': { path: '/app/old-ways' },
  'the host': { path: '/app/host' },
  'request headers': { path: '/app/h', headers: { cookie: 'a=1; b=2', 'x-custom': 'é' } },
  'what nobody has': { path: '/nowhere' },
  'OPTIONS of a page': { method: 'OPTIONS', path: '/app/x' },
};

const APPLICATIONS = {
  Koa: koaApplication,
  Fastify: fastifyApplication,
  Express: expressApplication,
  'a native handler': nodeApplication,
  'a web application': webApplication,
};

describe.each(Object.entries(APPLICATIONS))('the same over HTTP/1.1 and HTTP/2: %s', (name, create) => {
  const reports: unknown[] = [];
  let server: Server;
  beforeAll(async () => {
    const application = createDispatcher({ '/app': lint(create()), '/other': () => new Response('other') });
    const onError = (error: unknown): void => void reports.push(error);
    server = await serve(application, { ...LOCAL, tls: LOCALHOST, http2: true, onError });
  });
  afterAll(() => server.close());

  it.each(Object.entries(QUESTIONS))('%s', async (_, question) => {
    reports.length = 0;
    const first = await ask(server.port, 'http/1.1', question);
    const second = await ask(server.port, 'h2', question);
    expect(second).toEqual(first);
    // Koa and Fastify answer their errors themselves.
    const isReported = question.path === '/app/wrong' && name.startsWith('a ');
    expect(reports).toHaveLength(isReported ? 2 : 0);
  });
});
