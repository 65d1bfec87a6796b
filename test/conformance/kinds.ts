import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import Koa from 'koa';
import { type Application, contextOf, fromNode, lint, type RequestContext, toApplication } from 'viaduct';
import type { Behaviour, Call, Reply } from './behaviour.js';

/** A way to write an application. */
export interface Kind {
  readonly name: string;
  /** Whether the framework answers errors itself, so that none arrives at Viaduct. */
  readonly catchesErrors: boolean;
  /** Whether it runs on Node's own objects. */
  readonly isNative: boolean;
  /** @param breaches Ids of the checks of `lint` that the behaviour breaks on purpose. */
  create(behaviour: Behaviour, breaches?: readonly string[]): Application;
}

export const web: Kind = linted({
  name: 'a fetch handler',
  catchesErrors: false,
  isNative: false,
  create(behaviour) {
    return toApplication(async (request: Request, context: RequestContext) => {
      const { status = 200, headers, body = null } = withType(await behaviour(callOfWeb(request, context)));
      const content = body === null || typeof body === 'string' ? body : streamOf(body);
      return new Response(content, { status, headers });
    });
  },
});

export const native: Kind = linted({
  name: 'a native handler',
  catchesErrors: false,
  isNative: true,
  create(behaviour) {
    return fromNode(async (req, res) => {
      const { status = 200, headers, body } = withType(await behaviour(callOfNode(req)));
      res.writeHead(status, headers);
      await send(body, req, res);
    });
  },
});

export const koa: Kind = linted({
  name: 'Koa',
  catchesErrors: true,
  isNative: true,
  create(behaviour) {
    const app = new Koa();
    app.silent = true;
    app.use(async (ctx) => {
      const { status = 200, headers, body } = withType(await behaviour(callOfNode(ctx.req)));
      ctx.status = status;
      ctx.set(headers);
      if (body !== undefined) ctx.body = typeof body === 'string' ? body : Readable.from(body);
    });
    return fromKoa(app);
  },
});

const fastifyKind: Kind = linted({
  name: 'Fastify',
  catchesErrors: true,
  isNative: true,
  create(behaviour) {
    async function handler(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
      const { status = 200, headers, body } = withType(await behaviour(callOfNode(request.raw)));
      return reply
        .code(status)
        .headers(headers)
        .send(body === undefined || typeof body === 'string' ? body : Readable.from(body));
    }
    const app = fastify({
      routerOptions: { maxParamLength: 100_000 },
      // What it finds no valid path, it would answer itself: the cases ask what reaches it.
      frameworkErrors: (_error, request, reply) => void handler(request, reply),
    });
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));
    app.all('/*', handler);
    return fromFastify(app);
  },
});

export const KINDS: readonly Kind[] = [web, native, koa, fastifyKind];

/** Holds the application to the contract. */
function linted(kind: Kind): Kind {
  return {
    ...kind,
    create: (behaviour, breaches = []) => lint(kind.create(behaviour), { mode: 'throw', ignore: breaches }),
  };
}

/** A body is text, unless its behaviour says otherwise. */
function withType(reply: Reply): Reply & { readonly headers: Readonly<Record<string, string>> } {
  const type = reply.body === undefined ? {} : { 'content-type': 'text/plain' };
  return { ...reply, headers: { ...type, ...reply.headers } };
}

function callOfWeb(request: Request, context: RequestContext): Call {
  const { url, method } = request;
  return {
    context,
    method,
    url: url.slice(url.indexOf('/', url.indexOf('//') + 2)),
    originalUrl: undefined,
    header: (name) => request.headers.get(name) ?? undefined,
    chunks: () => request.body ?? Readable.from([]),
    readBody: async () => Buffer.from(await request.arrayBuffer()),
  };
}

function callOfNode(request: IncomingMessage & { originalUrl?: string }): Call {
  const { method = '', url = '', originalUrl } = request;
  return {
    context: contextOf(request),
    method,
    url,
    originalUrl,
    header: (name) => request.headers[name]?.toString(),
    chunks: () => request,
    readBody: () => buffer(request),
  };
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

async function send(
  body: string | AsyncGenerator<Buffer, void, undefined> | undefined,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  if (typeof body !== 'object') {
    res.end(body);
    return;
  }
  if (req.method === 'HEAD') {
    res.end();
    await body.return();
    return;
  }
  await pipeline(Readable.from(body), res).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}
