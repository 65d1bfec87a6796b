import { Readable } from 'node:stream';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import Koa from 'koa';
import { type Application, fromNode } from 'viaduct';
import { misbehave } from './misbehaviour.js';
import { replyTo } from './reply.js';

/** The applications that requests are sent to, each written as its framework's users write them. */
export function fastifyApp(): FastifyInstance {
  const app = fastify();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.all('/*', async (request, reply) => {
    if (misbehave(request.url, request.raw, reply.raw)) return reply.hijack();
    const { headers, body } = await replyTo(request.url, request.raw);
    return reply.headers(headers).send(typeof body === 'string' ? body : Readable.from(body));
  });
  void app.register(async (scope) => {
    for (const hook of ['onSend', 'onResponse'] as const) {
      scope.addHook(hook, async (request: FastifyRequest) => {
        throw new Error(`thrown in ${hook} of ${request.url}`);
      });
    }
    scope.all('/throw-in-hook/*', async (request) => request.url);
  });
  void app.register(async (scope) => {
    scope.setErrorHandler(async (_error, request) => {
      throw new Error(`thrown for an error of ${request.url}`);
    });
    scope.all('/throw-in-error-handler/*', async (request) => replyTo(request.url, request.raw));
  });
  return app;
}

export function koaApp(): Koa {
  const app = new Koa();
  app.silent = true;
  app.on('error', (_error, ctx?: Koa.Context) => {
    if (ctx?.url.startsWith('/throw-in-error-handler/')) throw new Error(`thrown for an error of ${ctx.url}`);
  });
  app.use(async (ctx, next) => {
    await next();
    if (ctx.url.startsWith('/throw-in-hook/')) throw new Error(`thrown behind ${ctx.url}`);
  });
  app.use(async (ctx) => {
    if (misbehave(ctx.url, ctx.req, ctx.res)) {
      ctx.respond = false;
      return;
    }
    const { headers, body } = await replyTo(ctx.url, ctx.req);
    ctx.body = typeof body === 'string' ? body : Readable.from(body);
    ctx.set(headers);
  });
  return app;
}

export function nativeApp(): Application {
  return fromNode(async (request, response) => {
    const { url = '/' } = request;
    if (misbehave(url, request, response)) return;
    const { headers, body } = await replyTo(url, request);
    response.writeHead(200, headers);
    if (typeof body === 'string') return void response.end(body);
    try {
      for await (const chunk of body) {
        if (response.destroyed) break;
        if (!response.write(chunk)) await untilTaken(response);
      }
      response.end();
    } catch (error) {
      response.destroy();
      throw error;
    }
  });
}

export function webApp(): Application {
  return {
    name: 'web',
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const { headers, body } = await replyTo(pathname, request.body ?? Readable.from([]));
      return new Response(typeof body === 'string' ? body : streamOf(body), { headers });
    },
  };
}

/** An application in which nothing but its web face is left. */
export function webFaceOf(application: Application): Application {
  const { handle: _, upgrade: __, ...rest } = application;
  return rest;
}

export const fastifyApplication = (): Application => fromFastify(fastifyApp());
export const koaApplication = (): Application => fromKoa(koaApp());

function untilTaken(response: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    function wake(): void {
      response.off('drain', wake).off('close', wake);
      resolve();
    }
    response.on('drain', wake).on('close', wake);
  });
}

function streamOf(body: AsyncGenerator<Buffer, void, undefined>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await body.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await body.return();
      },
    },
    { highWaterMark: 0 },
  );
}
