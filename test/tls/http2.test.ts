import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, type IncomingHttpHeaders } from 'node:http2';
import { setTimeout as delay } from 'node:timers/promises';
import { contextOf, createDispatcher, fromNode, type Outcome } from 'viaduct';
import { describe, expect, it, vi } from 'vitest';
import { askOn, openSession, openStream, readReply, untilClosed, untilReset } from './ask.js';
import { DATA, GOAWAY, HEADERS, RST_STREAM } from '../conformance/http2-wire.js';
import { openWire } from './http2-wire.js';
import { openSecureServer } from './secure-server.js';

const { NGHTTP2_CANCEL, NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR } = constants;

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A session with a server that runs a native handler at `/`, and a page beside it that shows that it lives. */
async function open(handler: Handler, options: Parameters<typeof openSecureServer>[1] = {}) {
  const application = createDispatcher({ '/': fromNode(handler), '/alive': () => new Response('alive') });
  const { server, reports } = await openSecureServer(application, options);
  return { server, reports, session: openSession(server.port) };
}

function hello(_: IncomingMessage, response: ServerResponse): void {
  response.setHeader('content-type', 'text/plain');
  response.end('hello');
}

describe('a request over HTTP/2', () => {
  it.each([
    ['two authorities that differ', { ':authority': 'one.example', host: 'two.example' }, 400],
    ['two that agree', { ':authority': 'one.example', host: 'ONE.example' }, 200],
    ['an authority alone', { ':authority': 'one.example' }, 200],
    ['a Host alone', { host: 'one.example' }, 200],
    ['an authority with userinfo', { ':authority': 'user@one.example' }, 400],
    ['an authority that is a path', { ':authority': 'one.example/x' }, 400],
    ['another scheme', { ':scheme': 'ftp' }, 400],
    ['a scheme that is a URL', { ':scheme': 'https://other.example/' }, 400],
    ['a target that is too long', { ':path': `/${'a'.repeat(9000)}` }, 414],
    ['TRACE', { ':method': 'TRACE' }, 405],
    ['OPTIONS *', { ':method': 'OPTIONS', ':path': '*' }, 204],
    ['an ambiguous path', { ':path': '/x/..%2falive' }, 400],
  ])('with %s', async (_, headers, status) => {
    const { session } = await open(hello);
    const stream = session.request({ ':path': '/', ...headers });
    // A client or a parser may refuse it before we do: then nothing is answered, and the stream is reset.
    const answered = once(stream, 'response') as Promise<[IncomingHttpHeaders]>;
    const reset = untilReset(stream).then((code) => [{ ':status': code === 1 ? 400 : code }]);
    const [head] = await Promise.race([answered, reset]).catch(() => reset);
    expect(Number(head?.[':status'])).toBe(status);
    expect((await askOn(session, { path: '/alive' })).body).toBe('alive');
  });

  it.each<[string, string, [string, string][]]>([
    [
      'Content-Type twice',
      '400',
      [
        ['content-type', 'a/b'],
        ['content-type', 'c/d'],
      ],
    ],
    [
      'Authorization twice',
      '400',
      [
        ['authorization', 'a'],
        ['authorization', 'b'],
      ],
    ],
    [
      'two cookie lines, as HTTP/2 may split them',
      '200',
      [
        ['cookie', 'a=1'],
        ['cookie', 'b=2'],
      ],
    ],
  ])('with %s is answered with %s', async (_, status, headers) => {
    const { server } = await open((request, response) => response.end(request.headers.cookie));
    const wire = await openWire(server.port);
    wire.ask(1, '/', headers);
    const { payload } = await wire.until(HEADERS, 1);
    // The first header of the block is the status: indexed (0x88: 200, 0x8c: 400), or a literal.
    expect(payload[0]).toBe(status === '200' ? 0x88 : 0x8c);
    const { payload: body } = await wire.until(DATA, 1);
    expect(body.toString()).toBe(status === '200' ? 'a=1; b=2' : 'Bad Request');
  });

  it.each([
    ['without a slash', 'x'],
    ['that is empty', ''],
    ['in absolute form', 'http://other.example/'],
    ['with a line break', '/\r\nx: y'],
    ['with NUL', '/\0'],
  ])('whose path is one %s is refused', async (_, path) => {
    const seen: string[] = [];
    const { server } = await open((request, response) => {
      seen.push(request.url ?? '');
      response.end();
    });
    const wire = await openWire(server.port);
    wire.ask(1, path);
    await Promise.race([wire.until(RST_STREAM, 1), wire.until(GOAWAY), wire.until(HEADERS, 1)]);
    expect(seen).toEqual([]);
    expect((await askOn(openSession(server.port), { path: '/alive' })).status).toBe(200);
  });

  it('with CONNECT is refused, and WebSockets over HTTP/2 are not offered', async () => {
    const { session } = await open(hello);
    const stream = session.request({ ':method': 'CONNECT', ':authority': 'other.example:443' });
    const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders];
    expect(head[':status']).toBe(501);
    await vi.waitFor(() => expect(session.remoteSettings?.maxConcurrentStreams).toBe(128));
    expect(session.remoteSettings?.enableConnectProtocol).not.toBe(true);
  });

  it('is told apart from all others on its connection', async () => {
    const { session } = await open(async (request, response) => {
      contextOf(request).state['url'] = request.url;
      await new Promise(setImmediate);
      response.end(`${String(contextOf(request).state['url'])} ${contextOf(request).clientAddress}`);
    });
    const asked = Array.from({ length: 100 }, async (_, index) => {
      expect((await askOn(session, { path: `/${index}` })).body).toBe(`/${index} 127.0.0.1`);
    });
    await Promise.all(asked);
  });

  it('that says another length than it has is reset, and harms nobody', async () => {
    const seen: string[] = [];
    const { session } = await open((request, response) => {
      request.on('aborted', () => seen.push('aborted'));
      contextOf(request).onFinished(({ kind }) => void seen.push(kind));
      request.resume().on('end', () => response.end('whole'));
    });
    const stream = openStream(session, { ':method': 'POST', ':path': '/', 'content-length': '10' });
    stream.end('short');
    expect(await untilReset(stream)).not.toBe(NGHTTP2_NO_ERROR);
    await vi.waitFor(() => expect(seen).toEqual(['aborted', 'aborted']));
    expect((await askOn(session, { path: '/alive' })).status).toBe(200);
  });

  it.each([
    ['too many headers', Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`x-${index}`, 'a']))],
    ['headers that are too large', { 'x-large': 'a'.repeat(40_000) }],
  ])('with %s is refused', async (_, headers) => {
    const { server } = await open(hello);
    const session = openSession(server.port, { maxSendHeaderBlockLength: 100_000 });
    expect((await askOn(session, { path: '/alive' })).status).toBe(200);
    const stream = session.request({ ':path': '/', ...headers });
    expect([NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_INTERNAL_ERROR]).toContain(await untilReset(stream));
    expect((await askOn(openSession(server.port), { path: '/alive' })).status).toBe(200);
  });

  it('gets 100 Continue when the application reads, and not before', async () => {
    const { session } = await open((request, response) => {
      if (request.url === '/unread') return void response.writeHead(413).end('too much');
      return void request.pipe(response);
    });
    for (const [path, expected] of [
      ['/unread', ['413']],
      ['/read', ['continue', '200', 'body']],
    ] as const) {
      const stream = openStream(session, { ':method': 'POST', ':path': path, expect: '100-continue' });
      const told: string[] = [];
      stream.on('continue', () => {
        told.push('continue');
        stream.end('body');
      });
      const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders];
      told.push(String(head[':status']));
      stream.on('data', (chunk: Buffer) => path === '/read' && told.push(chunk.toString()));
      await untilReset(stream);
      expect(told).toEqual(expected);
    }
  });
});

describe('an answer over HTTP/2', () => {
  it('that is cut off resets its stream, and no other on the connection', async () => {
    const { session, reports } = await open(async (request, response) => {
      response.write('half');
      await delay(20);
      if (request.url === '/throws') throw new Error('on purpose');
      if (request.url === '/destroys') response.destroy();
      else response.end(' and half');
    });
    const whole = askOn(session, { path: '/whole' });
    const streams = ['/throws', '/destroys'].map((path) => session.request({ ':path': path }));
    const codes = await Promise.all(streams.map(untilReset));
    expect(codes).toEqual([NGHTTP2_INTERNAL_ERROR, NGHTTP2_INTERNAL_ERROR]);
    expect((await whole).body).toBe('half and half');
    expect(reports).toHaveLength(1);
  });

  it('tells once how it ended: completed, aborted by RST_STREAM, or failed', async () => {
    const outcomes: (Outcome & { url?: string })[] = [];
    const signals: string[] = [];
    const { session } = await open(async (request, response) => {
      const { url = '' } = request;
      const context = contextOf(request);
      context.onFinished((outcome) => void outcomes.push({ ...outcome, url }));
      context.signal.addEventListener('abort', () => void signals.push(url));
      if (url === '/completed') response.end('all');
      else if (url === '/failed') throw new Error('on purpose');
      else response.write('some');
    });
    const left = session.request({ ':path': '/aborted' });
    left.once('data', () => left.close(NGHTTP2_CANCEL));
    await untilReset(left);
    await askOn(session, { path: '/completed' });
    await askOn(session, { path: '/failed' });
    await vi.waitFor(() => expect(outcomes).toHaveLength(3));
    expect(outcomes.map(({ url, kind, status }) => [url, kind, status])).toEqual([
      ['/aborted', 'aborted', 200],
      ['/completed', 'completed', 200],
      ['/failed', 'failed', 500],
    ]);
    expect(signals).toEqual(['/aborted']);
  });

  it('stops its producer when the client stops reading, and when it leaves', async () => {
    let produced = 0;
    let hasEnded = false;
    const application = {
      fetch: () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              produced += 1;
              controller.enqueue(new Uint8Array(16_384));
            },
            cancel() {
              hasEnded = true;
            },
          }),
        ),
    };
    const { server } = await openSecureServer(application);
    const session = openSession(server.port);
    const stream = session.request({ ':path': '/' });
    stream.pause();
    await once(stream, 'response');
    await vi.waitFor(() => expect(produced).toBeGreaterThan(3));
    let before = -1;
    while (before !== produced) {
      before = produced;
      await delay(100);
    }
    expect(produced).toBeLessThan(100);
    stream.close(NGHTTP2_CANCEL);
    await vi.waitFor(() => expect(hasEnded).toBe(true));
  });

  it('may come before the end of an upload, which is then not wanted any more', async () => {
    const { session } = await open((request, response) => {
      request.once('data', () => {
        request.pause();
        response.writeHead(413).end('too much');
      });
    });
    const stream = openStream(session, { ':method': 'POST', ':path': '/' });
    stream.write(Buffer.alloc(1024));
    const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders];
    expect(head[':status']).toBe(413);
    expect(await untilReset(stream)).toBe(NGHTTP2_NO_ERROR);
  });

  it('that is all head arrives, though the upload is still open', async () => {
    const { session } = await open((_, response) => response.writeHead(204).end());
    for (const method of ['POST', 'OPTIONS', 'PUT']) {
      const stream = openStream(session, { ':method': method, ':path': '/' });
      const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders];
      expect(head[':status']).toBe(204);
      expect(await untilReset(stream)).toBe(NGHTTP2_NO_ERROR);
    }
  });

  it('carries early hints, trailers and no reason phrase', async () => {
    const warnings: string[] = [];
    const listen = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', listen);
    const { session } = await open((_, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      response.writeHead(200, 'Quite Fine', { trailer: 'x-sum', connection: 'close' });
      response.write('body');
      response.addTrailers({ 'x-sum': '4' });
      response.end();
    });
    const stream = session.request({ ':path': '/' });
    const hints = once(stream, 'headers') as Promise<[IncomingHttpHeaders]>;
    const reply = await readReply(stream);
    expect((await hints)[0]).toMatchObject({ ':status': 103, link: '</style.css>; rel=preload' });
    expect([reply.body, reply.headers['trailer'], reply.trailers['x-sum']]).toEqual(['body', 'x-sum', '4']);
    await new Promise(setImmediate);
    process.off('warning', listen);
    expect(warnings).toEqual([]);
  });

  it.each<[string, Handler]>([
    ['H9 a line break in a value', (_, response) => response.setHeader('x-a', 'a\r\nx-b: c')],
    ['H9 a line break in a name', (_, response) => response.writeHead(200, { 'x\r\n': 'a' })],
    ['H9 a pseudo-header', (_, response) => response.setHeader(':status', '200')],
    ['H11 status 101', (_, response) => response.writeHead(101).end()],
    ['H11 status 700', (_, response) => response.writeHead(700).end()],
  ])('that HTTP/2 cannot carry is answered with 500: %s', async (_, handler) => {
    const { session, reports } = await open(handler);
    const reply = await askOn(session, { path: '/' });
    expect([reply.status, reply.body]).toEqual([500, 'Internal Server Error']);
    expect(reports).toHaveLength(1);
  });

  it('F6 that is given twice is the first one', async () => {
    const { session } = await open((_, response) => {
      response.end('first');
      response.write('second');
      response.end('third');
    });
    expect((await askOn(session, { path: '/' })).body).toBe('first');
  });

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('to %s with %i has no body, whatever is written', async (method, status) => {
    const { session } = await open((_, response) => {
      response.statusCode = status;
      response.write('some');
      response.write('more');
      response.end('last');
    });
    const reply = await askOn(session, { path: '/', method });
    expect([reply.status, reply.body]).toEqual([status, '']);
  });
});

describe('a connection over HTTP/2', () => {
  it('that resets its streams as fast as it opens them is closed, and the next one is served', async () => {
    let running = 0;
    const { server } = await open((request) => {
      running += 1;
      contextOf(request).onFinished(() => void (running -= 1));
    });
    const session = openSession(server.port);
    const closed = untilClosed(session);
    for (let round = 0; round < 300 && !session.destroyed; round += 1) {
      for (let index = 0; index < 50 && !session.closed && !session.destroyed; index += 1) {
        const stream = session.request({ ':path': '/' });
        stream.on('error', () => undefined);
        stream.close(NGHTTP2_CANCEL);
      }
      await delay(2);
    }
    await closed;
    await vi.waitFor(() => expect(running).toBe(0));
    expect((await askOn(openSession(server.port), { path: '/alive' })).status).toBe(200);
  });

  it('is closed when it has been idle, and not while an answer is under way', async () => {
    const { session, server } = await open(
      async (_, response) => {
        response.write('slow');
        await delay(600);
        response.end(' answer');
      },
      { keepAliveTimeoutMs: 200 },
    );
    const closed = untilClosed(session);
    expect((await askOn(session, { path: '/' })).body).toBe('slow answer');
    await closed;
    expect((await askOn(openSession(server.port), { path: '/alive' })).status).toBe(200);
  });
});
