import { PassThrough, Readable } from 'node:stream';
import {
  type Application,
  contextOf,
  createDispatcher,
  type ErrorInfo,
  fromNode,
  type NodeHandler,
} from 'viaduct';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify, { type FastifyReply } from 'fastify';
import Koa from 'koa';
import { describe, expect, it, vi } from 'vitest';
import { defer } from '../conformance/deferred.js';
import { convertedFace, type Face, nodeFace } from '../conformance/faces.js';
import { toBytes } from '../conformance/message.js';
import { openServer } from '../conformance/opened-server.js';

/** A fault of one application, and all that comes of it. */
interface Fault {
  readonly name: string;
  create(): Application;
  /** What the client gets: status and body, or a connection that is cut. */
  readonly answer: readonly [status: number, body: string | RegExp] | 'cut';
  /** The same where it is converted: nothing has gone out of a conversion yet when a head alone was written. */
  readonly converted: Fault['answer'];
  /** What `onError` is told: nothing where the framework has dealt with it. */
  readonly told: readonly unknown[];
}

const PLAIN_500 = [500, 'Internal Server Error'] as const;
const failure = new Error('broken on purpose');
const TWICE = expect.objectContaining({ code: 'ERR_STREAM_WRITE_AFTER_END' });
const SENT = expect.objectContaining({ code: 'ERR_HTTP_HEADERS_SENT' });

const node = (
  name: string,
  handler: NodeHandler,
  answer: Fault['answer'],
  told: readonly unknown[],
  converted: Fault['answer'] = answer,
): Fault => ({
  name: `a plain Node app that ${name}`,
  create: () => fromNode(handler, { name: 'culprit' }),
  answer,
  converted,
  told,
});

const koa = (
  name: string,
  middleware: Koa.Middleware,
  answer: Fault['answer'],
  converted: Fault['answer'] = answer,
): Fault => ({
  name: `a Koa app that ${name}`,
  create() {
    const app = new Koa();
    app.silent = true;
    return fromKoa(app.use(middleware), { name: 'culprit' });
  },
  answer,
  converted,
  told: [],
});

const inFastify = (
  name: string,
  handler: (reply: FastifyReply) => unknown,
  answer: Fault['answer'],
): Fault => ({
  name: `a Fastify app that ${name}`,
  create() {
    const app = fastify();
    app.all('/*', (_request, reply) => handler(reply));
    return fromFastify(app, { name: 'culprit' });
  },
  answer,
  converted: answer,
  told: [],
});

const web = (
  name: string,
  handler: () => unknown,
  answer: Fault['answer'],
  told: readonly unknown[],
): Fault => ({
  name: `a web app that ${name}`,
  create: () => ({ name: 'culprit', fetch: handler as Application['fetch'] }),
  answer,
  converted: answer,
  told,
});

/** Fails when its first bytes are on their way. */
async function* failingChunks(): AsyncGenerator<Buffer> {
  yield Buffer.alloc(64, 'x');
  await new Promise((resolve) => setTimeout(resolve, 20));
  throw failure;
}

function failingStream(): ReadableStream<Uint8Array> {
  const chunks = failingChunks();
  return new ReadableStream(
    {
      async pull(controller) {
        const { value } = await chunks.next();
        if (value !== undefined) controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
}

const later = (work: () => void): void => void setTimeout(work, 5);

const FAULTS: readonly Fault[] = [
  node('rejects with undefined', () => Promise.reject(), PLAIN_500, [undefined]),
  node(
    'rejects after a while',
    async () => {
      await new Promise(setImmediate);
      throw failure;
    },
    PLAIN_500,
    [failure],
  ),
  node(
    'F5 throws after the head went out',
    (_req, res) => {
      res.writeHead(200);
      res.flushHeaders();
      throw failure;
    },
    'cut',
    [failure],
    PLAIN_500,
  ),
  node(
    'F5 rejects after half of the body',
    async (_req, res) => {
      res.write('half');
      await new Promise(setImmediate);
      throw failure;
    },
    'cut',
    [failure],
  ),
  node(
    'F6 ends its answer twice',
    (_req, res) => {
      res.end('first');
      res.end('second');
    },
    [200, 'first'],
    [TWICE],
  ),
  node(
    'F6 writes after the end',
    (_req, res) => {
      res.end('first');
      res.write('second');
    },
    [200, 'first'],
    [TWICE],
  ),
  node(
    'F6 answers a second time',
    (_req, res) => {
      res.writeHead(200, { 'content-length': '5' }).end('first');
      res.writeHead(500);
    },
    [200, 'first'],
    [SENT],
  ),
  node(
    'emits an error on its response',
    (_req, res) => {
      later(() => {
        res.emit('error', failure);
        res.end('answered');
      });
    },
    [200, 'answered'],
    [failure],
  ),
  node('emits an error on its request', (req) => void req.emit('error', failure), PLAIN_500, [failure]),
  node(
    'F7 destroys its response in the middle',
    (_req, res) => {
      res.write('half');
      later(() => res.destroy(failure));
    },
    'cut',
    [],
  ),
  koa(
    'throws',
    () => {
      throw failure;
    },
    PLAIN_500,
  ),
  koa('rejects with undefined', () => Promise.reject(), PLAIN_500),
  koa(
    'F6 answers by hand and by Koa',
    (ctx) => {
      ctx.res.statusCode = 200;
      ctx.res.end('first');
      ctx.body = 'second';
    },
    [200, 'first'],
  ),
  koa(
    'F7 answers with a stream that fails at once',
    (ctx) => {
      ctx.body = new Readable({
        read() {
          this.destroy(failure);
        },
      });
    },
    'cut',
    PLAIN_500,
  ),
  koa(
    'F7 answers with a stream that fails midway',
    (ctx) => {
      ctx.body = Readable.from(failingChunks());
    },
    'cut',
  ),
  koa(
    'F7 answers with a length and a stream that fails midway',
    (ctx) => {
      ctx.length = 1000;
      ctx.body = Readable.from(failingChunks());
    },
    'cut',
  ),
  inFastify(
    'throws',
    () => {
      throw failure;
    },
    [500, /broken on purpose/],
  ),
  inFastify('rejects with undefined', () => Promise.reject(), [500, '']),
  inFastify(
    'F6 answers twice',
    (reply) => {
      void reply.send('first');
      void reply.send('second');
    },
    [200, 'first'],
  ),
  inFastify(
    'F7 answers with a stream that fails midway',
    (reply) => reply.send(Readable.from(failingChunks())),
    'cut',
  ),
  inFastify(
    'F7 answers with a stream that another destroys',
    (reply) => {
      const stream = new PassThrough();
      stream.write('half');
      later(() => stream.destroy(failure));
      return reply.send(stream);
    },
    'cut',
  ),
  web('rejects with undefined', () => Promise.reject(), PLAIN_500, [undefined]),
  web('F8 answers with nothing', () => undefined, PLAIN_500, [
    expect.objectContaining({ code: 'VIADUCT_E_NO_RESPONSE' }),
  ]),
  web('F7 answers with a stream that fails midway', () => new Response(failingStream()), 'cut', [failure]),
  web(
    'F7 answers with a length and a stream that fails midway',
    () => new Response(failingStream(), { headers: { 'content-length': '1000' } }),
    'cut',
    [failure],
  ),
];

const FACES: readonly Pick<Face, 'name'>[] = [nodeFace, convertedFace];

describe.each(FACES)('on the $name', ({ name: face }) => {
  it.each(FAULTS)('$name harms nobody else', async ({ create, told, ...fault }) => {
    const answer = isConverted(face) ? fault.converted : fault.answer;
    const arrived = defer();
    const culprit = create();
    const { handle: _, ...converted } = culprit;
    const goOn = defer();
    const table = createDispatcher({
      '/bad': face === nodeFace.name ? culprit : converted,
      '/slow': async () => {
        arrived.resolve();
        await goOn.promise;
        return new Response('slow');
      },
      '/good': () => new Response('good'),
    });
    const { connect, reports } = await openServer(table);
    const [bystander, client] = [await connect(), await connect()];
    await bystander.write(toBytes({ target: '/slow' }));
    await arrived.promise;
    await client.write(toBytes({ target: '/bad' }));
    if (answer === 'cut') {
      await expect(client.read()).rejects.toThrow('ended too early');
    } else {
      const { status, body } = await client.read();
      expect([status, body.toString()]).toEqual([
        answer[0],
        typeof answer[1] === 'string' ? answer[1] : expect.stringMatching(answer[1]),
      ]);
      await client.write(toBytes({ target: '/good' }));
      expect((await client.read()).body.toString()).toBe('good');
      expect(client.unread).toBe('');
    }
    goOn.resolve();
    expect((await bystander.read()).body.toString()).toBe('slow');
    await bystander.write(toBytes({ target: '/good' }));
    expect((await bystander.read()).body.toString()).toBe('good');
    await vi.waitFor(() =>
      expect(reports.map(({ error }) => error)).toEqual(
        isConverted(face) ? expect.arrayContaining([...told]) : told,
      ),
    );
    for (const { info } of reports) {
      expect([info.mounts, info.application?.name, info.context?.basePath]).toEqual([
        ['/bad'],
        'culprit',
        '/bad',
      ]);
    }
  });
});

function isConverted(face: string): boolean {
  return face === convertedFace.name;
}

describe('F16 an abort listener that throws', () => {
  it.each<[string, (signal: AbortSignal) => void]>([
    [
      'added to context.signal',
      (signal) =>
        signal.addEventListener('abort', () => {
          throw failure;
        }),
    ],
    [
      'with once',
      (signal) =>
        signal.addEventListener(
          'abort',
          () => {
            throw failure;
          },
          { once: true },
        ),
    ],
    [
      'as an object',
      (signal) =>
        signal.addEventListener('abort', {
          handleEvent() {
            throw failure;
          },
        }),
    ],
    [
      'as onabort',
      (signal) =>
        void (signal.onabort = () => {
          throw failure;
        }),
    ],
    ['that is asynchronous', (signal) => signal.addEventListener('abort', () => Promise.reject(failure))],
  ])('%s is reported, and the process and the other listeners go on', async (_name, add) => {
    const aborted: string[] = [];
    const seen = defer();
    const removed = vi.fn<() => void>();
    const application = fromNode(
      (req) => {
        const { signal } = contextOf(req);
        signal.addEventListener('abort', removed);
        signal.removeEventListener('abort', removed);
        add(signal);
        signal.addEventListener('abort', (event) => void aborted.push(event.type, String(signal.aborted)));
        seen.resolve();
      },
      { name: 'culprit' },
    );
    const { connect, reports } = await openServer(
      createDispatcher({ '/bad': application, '/good': () => new Response('good') }),
    );
    const [client, bystander] = [await connect(), await connect()];
    await client.write(toBytes({ target: '/bad' }));
    await seen.promise;
    client.reset();
    await vi.waitFor(() => expect(aborted).toEqual(['abort', 'true']));
    expect(removed).not.toHaveBeenCalled();
    expect(
      reports.map(({ error, info }: { error: unknown; info: ErrorInfo }) => [error, info.mounts]),
    ).toEqual([[failure, ['/bad']]]);
    await bystander.write(toBytes({ target: '/good' }));
    expect((await bystander.read()).body.toString()).toBe('good');
  });

  it('of a web app is reported too, and fetch and AbortSignal.any take the signal', async () => {
    const seen = defer();
    const ended = defer();
    const application = (request: Request): Promise<Response> => {
      request.signal.addEventListener('abort', () => {
        throw failure;
      });
      AbortSignal.any([request.signal]).addEventListener('abort', () => ended.resolve());
      seen.resolve();
      return fetch('http://127.0.0.1:9/', { signal: request.signal });
    };
    const { connect, reports } = await openServer(
      createDispatcher({
        '/web': async (request) => {
          await application(request).catch(() => undefined);
          return new Promise(() => undefined);
        },
      }),
    );
    const client = await connect();
    await client.write(toBytes({ target: '/web' }));
    await seen.promise;
    client.reset();
    await ended.promise;
    expect(reports.map(({ error }) => error)).toEqual([failure]);
  });
});
