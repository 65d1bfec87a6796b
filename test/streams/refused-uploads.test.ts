import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type Application, createDispatcher, type ServeOptions, toApplication, toNode } from 'viaduct';
import { describe, expect, it } from 'vitest';
import { Connection } from '../conformance/connection.js';
import { defer } from '../conformance/deferred.js';
import { KINDS } from '../conformance/kinds.js';
import { valuesOf } from '../conformance/wire-response.js';
import { type OpenedServer, openServer } from '../conformance/opened-server.js';

const MEGABYTE = 1_048_576;
const PIECE = Buffer.alloc(65_536);

/** How a client tells the length of what it sends. */
const FRAMINGS = {
  'content-length': { head: (bytes: number) => `Content-Length: ${bytes}`, before: '', after: '', last: '' },
  chunked: {
    head: () => 'Transfer-Encoding: chunked',
    before: '10000\r\n',
    after: '\r\n',
    last: '0\r\n\r\n',
  },
} as const;
type Framing = keyof typeof FRAMINGS;

/** Sends as fast as it is taken, until all is sent or the connection is closed; reads nothing. */
async function upload(connection: Connection, path: string, bytes: number, framing: Framing): Promise<void> {
  const { head, before, after, last } = FRAMINGS[framing];
  void connection.write(`POST ${path} HTTP/1.1\r\nHost: h.test\r\n${head(bytes)}\r\n\r\n`);
  for (let sent = 0; sent < bytes && !connection.socket.destroyed; sent += PIECE.length) {
    const piece = connection.write(Buffer.concat([Buffer.from(before), PIECE, Buffer.from(after)]));
    await Promise.race([piece, connection.closed]);
  }
  void connection.write(last);
}

/** Serves an application, and tells how much was read from the connection that was opened last. */
async function open(
  application: Application,
  options?: ServeOptions,
): Promise<OpenedServer & { bytesRead(): number }> {
  const opened = await openServer(application, options);
  let latest: Socket | undefined;
  opened.server.httpServer.on('connection', (socket) => (latest = socket));
  return { ...opened, bytesRead: () => latest?.bytesRead ?? 0 };
}

const framings = Object.keys(FRAMINGS) as Framing[];

describe.each(KINDS)('An upload to $name', ({ create }) => {
  it.each(framings)(
    'B5 of 200 MB (%s) that is refused early is not taken, and the answer arrives',
    async (framing) => {
      const refusing = create(() => ({ status: 413, body: 'too much' }));
      const { connect, bytesRead } = await open(createDispatcher({ '/': refusing }), {
        maxBodyBytes: Infinity,
      });
      const connection = await connect();
      const sent = upload(connection, '/', 200 * MEGABYTE, framing);
      const answer = await connection.read();
      expect([answer.status, answer.body.toString()]).toEqual([413, 'too much']);
      expect(valuesOf(answer, 'connection')).toEqual(['close']);
      await Promise.all([sent, connection.closed]);
      expect(bytesRead()).toBeLessThan(8 * MEGABYTE);
    },
  );

  it.each(framings)(
    'B5 of 512 KB (%s) that is refused can be sent to its end, and is told why',
    async (framing) => {
      const refusing = create(() => ({ status: 401, body: 'sign in first' }));
      const { connect } = await open(createDispatcher({ '/': refusing }));
      const connection = await connect();
      const errors: Error[] = [];
      connection.socket.on('error', (error) => errors.push(error));
      await upload(connection, '/', MEGABYTE / 2, framing);
      expect((await connection.read()).body.toString()).toBe('sign in first');
      await connection.closed;
      expect(errors).toEqual([]);
    },
  );

  it.each(framings)(
    'of 512 KB (%s) that nobody reads does not stand in the way of the next request',
    async (framing) => {
      const careless = create(() => ({ body: 'did not look' }));
      const { connect } = await open(createDispatcher({ '/': careless }));
      const connection = await connect();
      for (const _ of [1, 2]) {
        await upload(connection, '/', MEGABYTE / 2, framing);
        expect((await connection.read()).body.toString()).toBe('did not look');
      }
    },
  );

  it('may be answered while it is under way, and read on', async () => {
    const echoing = create(({ chunks }) => ({
      body: (async function* () {
        for await (const chunk of chunks()) yield Buffer.from(chunk);
      })(),
    }));
    const { connect } = await open(createDispatcher({ '/': echoing }));
    const connection = await connect();
    const sent = upload(connection, '/', MEGABYTE, 'content-length');
    const answer = await connection.read();
    await sent;
    expect(answer.body.length).toBe(MEGABYTE);
    expect(valuesOf(answer, 'connection')).toEqual(['keep-alive']);
  });
});

describe('What the gateway refuses itself', () => {
  const shop = createDispatcher(
    {
      '/shop': () => new Response('shop'),
      '/small': { application: () => new Response(''), maxBodyBytes: 10 },
    },
    { guards: { '/shop': () => new Response('sign in first', { status: 401 }) } },
  );

  it.each([
    ['a path that nobody owns', '/', 404],
    ['a body beyond the limit of its mount', '/small', 413],
    ['a path that a guard refuses', '/shop', 401],
    ['a target that is too long', `/${'x'.repeat(9_000)}`, 414],
  ])('B5 %s costs no upload', async (_, path, expected) => {
    const { connect, bytesRead } = await open(shop, { maxBodyBytes: Infinity });
    const connection = await connect();
    const sent = upload(connection, path, 200 * MEGABYTE, 'content-length');
    const answer = await connection.read();
    expect(answer.status).toBe(expected);
    expect(valuesOf(answer, 'connection')).toEqual(['close']);
    await Promise.all([sent, connection.closed]);
    expect(bytesRead()).toBeLessThan(8 * MEGABYTE);
  });
});

it('B5 is refused also where the server was given a stream that is no socket', async () => {
  const server = createServer(toNode(() => new Response('sign in first', { status: 401 })));
  const written: Buffer[] = [];
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      // What is sent before the client has read the answer.
      if (written.push(chunk) === 1) stream.push(Buffer.alloc(100_000));
      done();
    },
  });
  server.emit('connection', stream);
  stream.push('POST / HTTP/1.1\r\nHost: h.test\r\nContent-Length: 100000\r\n\r\n');
  await once(stream, 'close');
  expect(Buffer.concat(written).toString()).toMatch(/^HTTP\/1\.1 401 /);
});

it('an upload that is lost behind an early answer ends for its reader', async () => {
  const read = defer<unknown>();
  const application = toApplication((request: Request) => {
    void request.text().then(read.resolve, read.resolve);
    return new Response('thanks');
  });
  const { connect } = await open(application);
  const connection = await connect();
  await connection.write('POST / HTTP/1.1\r\nHost: h.test\r\nContent-Length: 500000\r\n\r\nsome of it');
  expect((await connection.read()).status).toBe(200);
  connection.reset();
  expect(await read.promise).toMatchObject({ code: 'VIADUCT_E_CLIENT_GONE' });
});
