import { createServer } from 'node:http2';
import { connect } from 'node:net';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';
import { type Application, contextOf, fromNode, type Outcome, toNode } from 'viaduct';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  DATA,
  END_HEADERS,
  frame,
  headerBlock,
  HEADERS,
  type Http2Wire,
  RST_STREAM,
  SETTINGS,
  uint32,
} from '../conformance/http2-wire.js';
import { askOn, openSession, untilClosed } from './ask.js';
import { openWire } from './http2-wire.js';
import { openSecureServer } from './secure-server.js';

/** What became of an upload, as the application that reads it sees it. */
type Ends = string[];

/** Applications that read their upload, each as its framework's users do. */
const READERS: readonly (readonly [string, (ends: Ends) => Application])[] = [
  [
    'a handler that listens',
    (ends) =>
      fromNode((request, response) => {
        request.resume();
        request.on('error', (error) => ends.push((error as NodeJS.ErrnoException).code ?? ''));
        request.on('end', () => void (ends.push('whole'), response.end('whole')));
      }),
  ],
  ['Koa', (ends) => fromKoa(new Koa().use(async (ctx) => void (ctx.body = await tell(ctx.req, ends))))],
  [
    'Fastify',
    (ends) => {
      const app = fastify();
      app.removeAllContentTypeParsers();
      app.addContentTypeParser('*', (_request, _payload, done) => done(null));
      app.all('/*', (request) => tell(request.raw, ends));
      return fromFastify(app);
    },
  ],
  [
    'a web application',
    (ends) => ({
      fetch: async (request) => new Response(await tell(request.body as ReadableStream<Uint8Array>, ends)),
    }),
  ],
];

async function tell(body: AsyncIterable<Uint8Array>, ends: Ends): Promise<string> {
  try {
    let length = 0;
    for await (const chunk of body) length += chunk.length;
    ends.push('whole');
    return `whole: ${length}`;
  } catch {
    ends.push('cut');
    return 'cut';
  }
}

/** How a client breaks its upload off. */
const CUTS: readonly (readonly [string, (wire: Http2Wire) => void])[] = [
  ['by RST_STREAM with CANCEL', (wire) => wire.send(RST_STREAM, 0, 1, uint32(8))],
  ['by RST_STREAM without an error', (wire) => wire.send(RST_STREAM, 0, 1, uint32(0))],
  ['with its connection', (wire) => void wire.socket.destroy()],
];

describe.each(READERS)('an upload over HTTP/2 to %s', (_, application) => {
  it.each(CUTS)('B4, L1: that ends %s is not taken for a whole one', async (_how, cut) => {
    const ends: Ends = [];
    const { server } = await openSecureServer(application(ends));
    const wire = await openWire(server.port);
    wire.upload(1, '/');
    wire.send(DATA, 0, 1, Buffer.from('half'));
    await askOn(openSession(server.port), { path: '/', method: 'POST', body: 'all' });
    expect(ends).toEqual(['whole']);
    cut(wire);
    await vi.waitFor(() => expect(ends).toHaveLength(2));
    expect(['cut', 'ECONNRESET']).toContain(ends[1]);
  });
});

it('B4: behind toNode, on a server of HTTP/2 that is not ours, half an upload is no whole one either', async () => {
  const ends: Ends = [];
  const [, listening] = READERS[0] ?? [];
  const listener = toNode((listening as (ends: Ends) => Application)(ends));
  const server = createServer((request, response) => listener(request as never, response as never)).listen(
    0,
    '127.0.0.1',
  );
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  const head = frame(HEADERS, END_HEADERS, 1, headerBlock('POST', '/'));
  socket.write(Buffer.concat([preface, frame(SETTINGS, 0, 0), head, frame(DATA, 0, 1, Buffer.from('half'))]));
  socket.write(frame(RST_STREAM, 0, 1, uint32(8)));
  await vi.waitFor(() => expect(ends).toEqual(['ECONNRESET']));
});

describe('a client over HTTP/2 that takes its time', () => {
  /** Told of each request's end. */
  function keeping(outcomes: Outcome[], reasons: unknown[], reads: boolean): Application {
    return fromNode((request, response) => {
      const context = contextOf(request);
      context.onFinished((outcome) => void outcomes.push(outcome));
      context.signal.addEventListener('abort', () => void reasons.push(context.signal.reason));
      response.setHeader('content-type', 'text/plain');
      if (request.url === '/begun') response.write('begun');
      if (reads) request.resume().on('end', () => response.end('all'));
    });
  }

  it.each([true, false])(
    'L7: half a body gets 408 in time, its stream is closed, and its connection goes on; read: %s',
    async (reads) => {
      const outcomes: Outcome[] = [];
      const reasons: unknown[] = [];
      const { server, reports } = await openSecureServer(keeping(outcomes, reasons, reads), {
        requestTimeoutMs: 400,
      });
      const wire = await openWire(server.port);
      wire.upload(1, '/half');
      wire.send(DATA, 0, 1, Buffer.from('half'));
      const { payload } = await wire.until(HEADERS, 1);
      // `:status` 408 is a literal value of the name in HPACK's table.
      expect(payload.toString('latin1')).toContain('408');
      expect((await wire.until(RST_STREAM, 1)).payload).toEqual(uint32(0));
      expect(outcomes).toMatchObject([{ kind: 'failed', error: { code: 'VIADUCT_E_REQUEST_TIMEOUT' } }]);
      expect(reasons).toMatchObject([{ code: 'VIADUCT_E_REQUEST_TIMEOUT' }]);
      wire.upload(3, '/whole');
      wire.send(DATA, 1, 3, Buffer.from('all'));
      if (reads) expect((await wire.until(DATA, 3)).payload.toString()).toBe('all');
      expect(reports).toEqual([]);
    },
  );

  it('L7: half a body behind which an answer has begun is reset', async () => {
    const outcomes: Outcome[] = [];
    const { server } = await openSecureServer(keeping(outcomes, [], true), { requestTimeoutMs: 400 });
    const wire = await openWire(server.port);
    wire.upload(1, '/begun');
    expect((await wire.until(RST_STREAM, 1)).payload).not.toEqual(uint32(0));
    await vi.waitFor(() => expect(outcomes).toHaveLength(1));
  });

  it('F10: whose upload nobody reads gets 504 when its application does not answer', async () => {
    const { server } = await openSecureServer(keeping([], [], false), { handlerTimeoutMs: 300 });
    const session = openSession(server.port);
    const reply = await askOn(session, { path: '/', method: 'POST', body: 'all of it' });
    expect(reply.status).toBe(504);
  });

  it('L3: that lets no byte through stops what the application makes, and is closed when it does not answer a PING either', async () => {
    let made = 0;
    const ended = vi.fn<() => void>();
    const application = {
      fetch: () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              made += 1;
              controller.enqueue(new Uint8Array(16_384));
            },
            cancel: ended,
          }),
          { headers: { 'content-type': 'application/octet-stream' } },
        ),
    };
    const { server } = await openSecureServer(application, { keepAliveTimeoutMs: 300 });
    // SETTINGS_INITIAL_WINDOW_SIZE: nothing of any answer.
    const wire = await openWire(server.port, Buffer.from([0, 4, 0, 0, 0, 0]));
    wire.ask(1, '/');
    wire.ask(3, '/');
    await wire.until(HEADERS, 3);
    await untilClosed(wire.socket);
    await vi.waitFor(() => expect(ended).toHaveBeenCalledTimes(2));
    expect(made).toBeLessThan(50);
  });
});
