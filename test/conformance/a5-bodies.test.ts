import { once } from 'node:events';
import { createDispatcher, type Dispatcher, type Outcome } from 'viaduct';
import { describe, expect, it, vi } from 'vitest';
import { defer } from './deferred.js';
import { everyKindOnSockets } from './every-way.js';
import { web } from './kinds.js';
import { HOST, toBytes } from './message.js';
import { openServer } from './opened-server.js';

const CHUNKED = `POST /foo HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\n\r\n`;

describe('a fetch handler', () => {
  it('A5.77 gets no body with GET, and the next request on the connection is in step', async () => {
    const application = createDispatcher({ '/foo': (request) => new Response(String(request.body)) });
    const { connect } = await openServer(application);
    const connection = await connect();
    for (let round = 0; round < 3; round += 1) {
      await connection.write(toBytes({ target: '/foo', body: 'GET' }));
      expect((await connection.read()).body.toString()).toBe('null');
    }
    expect(connection.unread).toBe('');
  });

  it('A5.78 does not see how a body was framed', async () => {
    const application = web.create(async (call) => ({
      body: `${call.header('transfer-encoding')} ${String(await call.readBody())}`,
    }));
    const { connect } = await openServer(application);
    const connection = await connect();
    await connection.write(`${CHUNKED}3\r\nabc\r\n0\r\n\r\n`);
    expect((await connection.read()).body.toString()).toBe('undefined abc');
  });
});

everyKindOnSockets(({ kind }) => {
  function table(): Dispatcher {
    return createDispatcher({
      '/foo': kind.create(async ({ readBody }) => ({ body: `read ${String(await readBody())}` })),
      '/ignoring': kind.create(() => ({ body: 'ignored' })),
      '/refusing': kind.create(() => ({ status: 413, body: 'no' })),
    });
  }

  it('A5.78 reads a chunked body decoded', async () => {
    const { connect } = await openServer(table());
    const connection = await connect();
    await connection.write(`${CHUNKED}3\r\nabc\r\n`);
    await connection.write('4\r\ndefg\r\n0\r\n\r\n');
    expect((await connection.read()).body.toString()).toBe('read abcdefg');
    await connection.write(`${CHUNKED}0\r\n\r\n`);
    expect((await connection.read()).body.toString()).toBe('read ');
  });

  describe('with Expect: 100-continue', () => {
    const head = (target: string): string =>
      `POST ${target} HTTP/1.1\r\nHost: ${HOST}\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n`;

    it('A5.79 the client is told to go on when the application reads', async () => {
      const { connect } = await openServer(table());
      const connection = await connect();
      await connection.write(head('/foo'));
      expect((await connection.read()).status).toBe(100);
      await connection.write('abcd');
      expect((await connection.read()).body.toString()).toBe('read abcd');
      await connection.write(toBytes({ target: '/ignoring' }));
      expect((await connection.read()).body.toString()).toBe('ignored');
    });

    it.each(['/refusing', '/nobody'])(
      'A5.79 an answer without reading (%s) is the only one, and the last',
      async (target) => {
        const { connect } = await openServer(table());
        const connection = await connect();
        await connection.write(head(target));
        expect((await connection.read()).status).toBe(target === '/refusing' ? 413 : 404);
        expect((await connection.takeRest()).toString()).toBe('');
        await connection.closed;
      },
    );
  });

  it('A5.81 a body of 10 MB that the application ignores does not desynchronise the connection', async () => {
    const { connect } = await openServer(table());
    const connection = await connect();
    const body = Buffer.from('GET /foo HTTP/1.1\r\n\r\n'.repeat(500_000));
    await connection.write(toBytes({ method: 'POST', target: '/ignoring', body }));
    expect((await connection.read()).body.toString()).toBe('ignored');
    await connection.write(toBytes({ method: 'POST', target: '/foo', body: 'next' }));
    const next = await connection.read().catch(() => undefined);
    if (next !== undefined) expect(next.body.toString()).toBe('read next');
    expect(connection.unread).toBe('');
  });

  it('A5.82 a client that goes away in the middle of an upload aborts the signal and the reading', async () => {
    const outcomes: Outcome[] = [];
    const arrived = defer();
    const seen = defer<unknown>();
    const application = kind.create(async ({ context, readBody }) => {
      context.onFinished((outcome) => void outcomes.push(outcome));
      const aborted = once(context.signal, 'abort');
      arrived.resolve();
      const failure = await readBody().then(
        () => undefined,
        (error: unknown) => error,
      );
      await aborted;
      seen.resolve(failure);
      return {};
    });
    const { connect, reports } = await openServer(createDispatcher({ '/foo': application }));
    const connection = await connect();
    await connection.write(`POST /foo HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 100\r\n\r\nonly this`);
    await arrived.promise;
    connection.reset();
    expect(await seen.promise).toBeInstanceOf(Error);
    await vi.waitFor(() => expect(outcomes).toHaveLength(1));
    expect(outcomes[0]?.kind).toBe('aborted');
    expect(reports).toEqual([]);
  });
});
