import { createServer, request as ask } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { createDispatcher, lint, type Outcome, toNode } from 'viaduct';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { defer } from '../conformance/deferred.js';
import { everyKind, everyKindOnSockets } from '../conformance/every-way.js';
import { type Kind, KINDS } from '../conformance/kinds.js';
import { HOST, toBytes } from '../conformance/message.js';
import { openServer } from '../conformance/opened-server.js';
import { valuesOf } from '../conformance/wire-response.js';

const CHUNKED = `POST /x HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\n\r\n`;
const CHUNK = `10000\r\n${'x'.repeat(65_536)}\r\n`;

it.each([200, 422])(
  'B2 an application that takes the first chunk of an upload and answers %i harms no later answer, and its connection is closed in time',
  async (status) => {
    async function takeOne(kind: Kind): Promise<void> {
      const application = kind.create(async ({ url, chunks }) => {
        if (url === '/next') return { body: 'next' };
        await chunks()[Symbol.asyncIterator]().next();
        return { status, body: 'enough' };
      });
      const { connect, reports } = await openServer(createDispatcher({ '/': application }), {
        requestTimeoutMs: 500,
      });
      const connection = await connect();
      await connection.write(CHUNKED + CHUNK);
      const answer = await connection.read();
      expect([answer.status, answer.body.toString()]).toEqual([status, 'enough']);
      void connection.write(`${CHUNK.repeat(80)}0\r\n\r\n`);
      void connection.write(toBytes({ target: '/next' }));
      // What is left of the upload stands in front of it: nobody knows whether the application reads on.
      const rest = (await connection.takeRest()).toString();
      expect([rest === '' || /^HTTP\/1\.1 (?:200|408) /.test(rest), reports]).toEqual([true, []]);
    }
    await Promise.all(KINDS.map(takeOne));
  },
);

everyKindOnSockets(({ kind }) => {
  it('B4 an upload that ends before its length is no whole one: reading fails, and the signal aborts', async () => {
    const outcomes: Outcome['kind'][] = [];
    const aborted = vi.fn<() => void>();
    const failure = defer<unknown>();
    const application = kind.create(async ({ url, context, readBody }) => {
      if (url === '/next') return { body: 'next' };
      context.signal.addEventListener('abort', aborted);
      context.onFinished((outcome) => void outcomes.push(outcome.kind));
      const read = await readBody().then(String, (error: unknown) => error);
      failure.resolve(read);
      return { body: 'read' };
    });
    const { connect, reports } = await openServer(createDispatcher({ '/': application }));
    const connection = await connect();
    connection.socket.end(`POST /x HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 10\r\n\r\nhello`);
    expect(await failure.promise).toBeInstanceOf(Error);
    await vi.waitFor(() => expect([outcomes, aborted.mock.calls.length]).toEqual([['aborted'], 1]));
    // Refused, or closed without an answer; never answered as if it were whole.
    expect((await connection.takeRest()).toString()).toMatch(/^(?:$|HTTP\/1\.1 400 )/);
    const other = await connect();
    await other.write(toBytes({ target: '/next' }));
    expect((await other.read()).body.toString()).toBe('next');
    expect(reports).toEqual([]);
  });

  it('B11 a chunked POST of no bytes is one with an empty body, and the next request is in step', async () => {
    const application = kind.create(async ({ readBody }) => ({
      body: `${(await readBody()).length} bytes`,
    }));
    const { connect } = await openServer(createDispatcher({ '/': application }));
    const connection = await connect();
    await connection.write(`${CHUNKED}0\r\n\r\n${CHUNKED}3\r\nabc\r\n0\r\n\r\n`);
    expect((await connection.read()).body.toString()).toBe('0 bytes');
    expect((await connection.read()).body.toString()).toBe('3 bytes');
    expect(connection.unread).toBe('');
  });

  it('B10, N14 a GET with a body gives it to a native application, none to a web one, and the next is in step', async () => {
    const application = kind.create(async ({ readBody }) => ({ body: `[${String(await readBody())}]` }));
    const { connect } = await openServer(createDispatcher({ '/': application }));
    const connection = await connect();
    await connection.write(Buffer.concat([toBytes({ target: '/', body: 'GET' }), toBytes({ target: '/' })]));
    expect((await connection.read()).body.toString()).toBe(kind.isNative ? '[GET]' : '[]');
    expect((await connection.read()).body.toString()).toBe('[]');
    expect(connection.unread).toBe('');
  });
});

everyKind(({ kind, face }) => {
  it('B6 a body that is encoded arrives as it was sent, with its encoding', async () => {
    const sent = gzipSync('viaduct '.repeat(1_000));
    const application = kind.create(async ({ header, readBody }) => ({
      headers: { 'x-encoding': header('content-encoding') ?? '' },
      body: (await readBody()).toString('base64'),
    }));
    const door = await face.open(createDispatcher({ '/': application }));
    onTestFinished(() => door.close());
    const headers = [['Content-Encoding', 'gzip']] as const;
    const answer = await door.send({ method: 'POST', target: '/', headers, body: sent });
    expect([answer.values('x-encoding'), answer.text]).toEqual([['gzip'], sent.toString('base64')]);
  });
});

describe.each(KINDS)('B12 $name, behind a server that is not ours', (kind) => {
  /** Posts to a server that does something with the request first. */
  async function post(
    before: (request: Parameters<ReturnType<typeof toNode>>[0]) => Promise<unknown>,
  ): Promise<string> {
    const application = kind.create(async ({ readBody }) => {
      const body = await readBody().then(String, () => 'failed');
      return { body: `[${body}]` };
    });
    const listener = toNode(createDispatcher({ '/': application }), { onError: () => undefined });
    const server = createServer((request, response) => {
      void before(request).then(() => listener(request, response));
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close().closeAllConnections());
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    return new Promise((resolve) => {
      ask({ port, host: '127.0.0.1', method: 'POST' }, (answer) => {
        void text(answer).then(resolve, () => resolve('cut'));
      })
        .on('error', () => resolve('cut'))
        .end('body');
    });
  }

  it('answers a request whose body was read before, and does not wait for it', async () => {
    // Node's own request gives nothing any more; a web body would be told from an empty one.
    expect(await post((request) => text(request))).toBe(kind.isNative ? '[]' : '[failed]');
  });

  it('ends a request that was destroyed before', async () => {
    expect(await post(async (request) => request.destroy())).toBe('cut');
  });
});

describe('an upload beyond maxInFlight', () => {
  it('B5, D4 is refused like any other: not taken to its end, and told why', async () => {
    const goOn = defer();
    const application = lint(async () => {
      await goOn.promise;
      return new Response('done', { headers: { 'content-type': 'text/plain' } });
    });
    const { connect, server } = await openServer(application, { maxInFlight: 1, maxBodyBytes: Infinity });
    const first = await connect();
    await first.write(toBytes({ target: '/' }));
    await expect
      .poll(() => new Promise((resolve) => server.httpServer.getConnections((_, count) => resolve(count))))
      .toBe(1);
    let bytesRead = (): number => 0;
    server.httpServer.once('connection', (socket) => (bytesRead = () => socket.bytesRead));
    const second = await connect();
    void second.write(CHUNKED);
    for (let sent = 0; sent < 1_000 && !second.socket.destroyed; sent += 1)
      await Promise.race([second.write(CHUNK), second.closed]);
    const answer = await second.read();
    expect([answer.status, valuesOf(answer, 'connection')]).toEqual([503, ['close']]);
    await second.closed;
    expect(bytesRead()).toBeLessThan(8 * 1_048_576);
    goOn.resolve();
    expect((await first.read()).body.toString()).toBe('done');
  });
});
