import { Readable } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import { type ApplicationLike, contextOf, type RequestContext } from '@viaduct/core';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import { fromNode } from '@viaduct/node';
import type { Answer, ApplicationFactory, Behaviour } from '@viaduct/testing';
import Fastify from 'fastify';
import Koa from 'koa';

/** A plain web application. */
export const web: ApplicationFactory = (behaviour) => {
  return async (request: Request, context: RequestContext) => {
    const { pathname, search } = new URL(request.url);
    const answer = await behaviour({
      method: request.method,
      url: pathname + search,
      header: (name) => request.headers.get(name) ?? undefined,
      body: request.body ?? Readable.from([]),
      context,
    });
    const { status, reason = '', headers } = answer;
    const body = request.method === 'HEAD' ? null : toWebBody(answer);
    const list = headers.map(([name, value]): [string, string] => [name, value]);
    return new Response(body, { status, statusText: reason, headers: list });
  };
};

/** A native handler, with nothing of its own to answer errors with. */
export const node: ApplicationFactory = (behaviour) =>
  fromNode(async (req, res) => {
    const answer = await behaviour(seen(req, req.url ?? '', (req as { originalUrl?: string }).originalUrl));
    res.statusCode = answer.status;
    if (answer.reason !== undefined) res.statusMessage = answer.reason;
    for (const [name, value] of answer.headers) res.appendHeader(name, value);
    if (answer.body === undefined || req.method === 'HEAD') return void res.end();
    if (ArrayBuffer.isView(answer.body)) return void res.end(answer.body);
    res.flushHeaders();
    const body = Readable.from(answer.body);
    body.on('error', () => res.destroy());
    res.on('close', () => body.destroy());
    body.pipe(res);
  });

export const koa: ApplicationFactory = (behaviour) => {
  const app = new Koa();
  app.silent = true;
  app.use(async (ctx) => {
    const answer = await behaviour(seen(ctx.req, ctx.url, ctx.originalUrl));
    ctx.status = answer.status;
    if (answer.reason !== undefined) ctx.message = answer.reason;
    ctx.body = answer.body === undefined ? null : toNodeBody(answer.body);
    // The body of null has set its own status.
    ctx.status = answer.status;
    if (answer.reason !== undefined) ctx.message = answer.reason;
    ctx.remove('content-type');
    for (const [name, value] of answer.headers) ctx.append(name, value);
    if (answer.body !== undefined && !ArrayBuffer.isView(answer.body)) ctx.flushHeaders();
  });
  return fromKoa(app);
};

export const fastify: ApplicationFactory = (behaviour) => {
  const app = Fastify({ forceCloseConnections: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_, _payload, done) => done(null));
  app.all('/*', async (request, reply) => {
    const answer = await behaviour(seen(request.raw, request.url, request.originalUrl));
    reply.code(answer.status);
    if (answer.reason !== undefined) reply.raw.statusMessage = answer.reason;
    for (const [name, value] of answer.headers) reply.header(name, value);
    return reply.send(answer.body === undefined ? undefined : toNodeBody(answer.body));
  });
  return fromFastify(app);
};

function seen(req: IncomingMessage, url: string, originalUrl: string | undefined): Parameters<Behaviour>[0] {
  return {
    method: req.method ?? '',
    url,
    originalUrl,
    header: (name) => ([] as string[]).concat(req.headers[name] ?? []).join(', ') || undefined,
    body: req,
    context: contextOf(req),
  };
}

function toNodeBody(body: NonNullable<Answer['body']>): Buffer | Readable {
  return ArrayBuffer.isView(body) ? Buffer.from(body) : Readable.from(body);
}

function toWebBody({ body }: Answer): ReadableStream | Uint8Array<ArrayBuffer> | null {
  if (body === undefined) return null;
  if (ArrayBuffer.isView(body)) return body.length === 0 ? null : new Uint8Array(body);
  const chunks = body[Symbol.asyncIterator]();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await chunks.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

/** What a factory makes, inside something else. */
export function inside(
  factory: ApplicationFactory,
  wrap: (inner: ApplicationLike) => ApplicationLike,
): ApplicationFactory {
  return async (behaviour) => wrap(await factory(behaviour));
}
