import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { answersOf } from '@viaduct/core/internal';
import {
  contextOf,
  createDispatcher,
  fromNode,
  lint,
  type RequestContext,
  serve,
  type Server,
} from 'viaduct';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Connection } from '../conformance/connection.js';
import { defer } from '../conformance/deferred.js';
import { toBytes } from '../conformance/message.js';

const LOCAL = { port: 0, host: '127.0.0.1', closeTimeoutMs: 60_000 };

/** A server with a request under way that nobody will answer. */
async function serverWithStuckRequest(): Promise<{ server: Server; connection: Connection }> {
  const arrived = defer();
  const server = await serve(lint(fromNode(() => arrived.resolve())), LOCAL);
  const connection = await Connection.open(server.port);
  await connection.write(toBytes({ target: '/' }));
  await arrived.promise;
  return { server, connection };
}

const HANDSHAKE =
  'GET /socket HTTP/1.1\r\nHost: h.test\r\nConnection: upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n';

/** A server whose answers, and switches of protocol, wait until they may go on. */
async function slowServer() {
  const [arrived, goOn] = [defer(), defer()];
  const application = fromNode(
    async (_request, response) => {
      arrived.resolve();
      await goOn.promise;
      response.end('slow');
    },
    {
      async upgrade(_request, socket) {
        arrived.resolve();
        await goOn.promise;
        socket.write(SWITCHED);
        socket.on('end', () => socket.end()).resume();
      },
    },
  );
  const server = await serve(application, LOCAL);
  return { arrived, goOn, server, connection: await Connection.open(server.port) };
}

describe('close', () => {
  it('tells that nothing was cut when nothing was', async () => {
    const server = await serve(lint({ fetch: () => new Response() }), LOCAL);
    expect(server.closeReport).toBeUndefined();
    await server.close();
    expect(server.closeReport).toEqual({ cutRequests: 0, cutUpgrades: 0, unfinishedWork: 0 });
  });

  it('takes a deadline, and tells what was cut then', async () => {
    const { server, connection } = await serverWithStuckRequest();
    await server.close({ timeoutMs: 100 });
    await connection.closed;
    expect(server.closeReport).toEqual({ cutRequests: 1, cutUpgrades: 0, unfinishedWork: 0 });
  });

  it('cuts everything at once when told to while it waits', async () => {
    const { server, connection } = await serverWithStuckRequest();
    const closing = server.close();
    expect(server.close({ timeoutMs: 0 })).toBe(closing);
    await closing;
    await connection.closed;
    expect(server.closeReport?.cutRequests).toBe(1);
  });

  it('never puts the deadline off', async () => {
    const { server } = await serverWithStuckRequest();
    const closing = server.close({ timeoutMs: 100 });
    void server.close({ timeoutMs: 3_600_000 });
    void server.close();
    await closing;
    expect(server.closeReport?.cutRequests).toBe(1);
  });

  it('does not count idle connections as cut', async () => {
    const server = await serve(lint({ fetch: () => new Response('x') }), LOCAL);
    const connection = await Connection.open(server.port);
    await connection.write(toBytes({ target: '/' }));
    await connection.read();
    await server.close({ timeoutMs: 0 });
    await connection.closed;
    expect(server.closeReport?.cutRequests).toBe(0);
  });

  it('does not wait for connections that have never asked for anything', async () => {
    const server = await serve(lint({ fetch: () => new Response('x') }), LOCAL);
    const connection = await Connection.open(server.port);
    // The server has it, since it has one that was opened later.
    await fetch(server.url);
    await server.close();
    await connection.closed;
    expect(server.closeReport?.cutRequests).toBe(0);
  });

  it('lets connections that were opened long before still send their first head', async () => {
    const server = await serve(lint({ fetch: () => new Response('x') }), LOCAL);
    const [silent, begun] = [await Connection.open(server.port), await Connection.open(server.port)];
    await begun.write('GET / HTTP/1.1\r\nHost: h');
    // Longer than a first head may take from the beginning of a drain on.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const closing = server.close();
    // Node has looked for heads that take too long at least once by then.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    await silent.write(toBytes({ target: '/' }));
    await begun.write('.test\r\n\r\n');
    for (const connection of [silent, begun]) expect((await connection.read()).status).toBe(200);
    await closing;
  });

  it('waits until a slow client has the whole of an answer that has ended', async () => {
    const size = 30_000_000;
    const server = await serve(
      fromNode((_request, response) => void response.end(Buffer.alloc(size))),
      LOCAL,
    );
    const client = connect(server.port, '127.0.0.1').pause();
    onTestFinished(() => void client.destroy());
    client.write(toBytes({ target: '/' }));
    await once(client, 'readable');
    const closing = server.close();
    // Longer than idle connections are given.
    await new Promise((resolve) => setTimeout(resolve, 600));
    let received = 0;
    client.on('data', (chunk: Buffer) => (received += chunk.length)).resume();
    await once(client, 'end');
    expect(received).toBeGreaterThan(size);
    await closing;
    expect(server.closeReport?.cutRequests).toBe(0);
  });

  it('tells of the rest of an ended answer that the deadline cuts', async () => {
    const server = await serve(
      fromNode((_request, response) => void response.end(Buffer.alloc(30_000_000))),
      LOCAL,
    );
    const client = connect(server.port, '127.0.0.1').pause();
    onTestFinished(() => void client.destroy());
    client.write(toBytes({ target: '/' }));
    await once(client, 'readable');
    await server.close({ timeoutMs: 1_000 });
    expect(server.closeReport?.cutRequests).toBe(1);
  });

  it('answers all that was pipelined before, the last with Connection: close', async () => {
    const goOn = defer();
    let asked = 0;
    const application = fromNode(async (_request, response) => {
      asked += 1;
      await goOn.promise;
      response.end('slow');
    });
    const server = await serve(application, LOCAL);
    const connection = await Connection.open(server.port);
    await connection.write(Buffer.concat([toBytes({ target: '/' }), toBytes({ target: '/' })]));
    while (asked < 2) await new Promise((resolve) => setImmediate(resolve));
    const closing = server.close();
    await connection.write(toBytes({ target: '/' }));
    while (asked < 3) await new Promise((resolve) => setImmediate(resolve));
    goOn.resolve();
    const answers = [await connection.read(), await connection.read(), await connection.read()];
    const lasts = answers.map(({ headers }) => new Headers(headers as [string, string][]).get('connection'));
    expect(lasts).toEqual(['keep-alive', 'keep-alive', 'close']);
    await Promise.all([closing, connection.closed]);
  });

  it('runs nothing behind an answer that has said it is the last', async () => {
    const [begun, goOn] = [defer(), defer()];
    const asked: (string | undefined)[] = [];
    const application = fromNode(async (request, response) => {
      asked.push(request.url);
      await begun.promise;
      response.write('half');
      await goOn.promise;
      response.end(' and half');
    });
    const server = await serve(application, LOCAL);
    const connection = await Connection.open(server.port);
    await connection.write(toBytes({ target: '/first' }));
    while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const closing = server.close();
    begun.resolve();
    await connection.waitFor('half');
    await connection.write(toBytes({ target: '/late' }));
    // A round trip on the loopback, so that the server has read it.
    await new Promise((resolve) => setTimeout(resolve, 100));
    goOn.resolve();
    expect((await connection.read()).body.toString()).toBe('half and half');
    await Promise.all([closing, connection.closed]);
    expect([asked, connection.unread]).toEqual([['/first'], '']);
  });

  it('makes an answer the last whatever Expect: 100-continue asks for', async () => {
    const application = fromNode(async (request, response) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      request.resume().on('end', () => response.end('read'));
    });
    const server = await serve(application, LOCAL);
    const connection = await Connection.open(server.port);
    await connection.write(
      'POST / HTTP/1.1\r\nHost: h.test\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n',
    );
    while (answersOf(server.httpServer).length === 0) await new Promise((resolve) => setImmediate(resolve));
    const closing = server.close();
    expect((await connection.read()).status).toBe(100);
    await connection.write('hi');
    expect((await connection.read()).headers).toContainEqual(['Connection', 'close']);
    await Promise.all([closing, connection.closed]);
  });

  it('waits for requests on connections that it was given', async () => {
    const { arrived, goOn, server } = await slowServer();
    const front = createServer((socket) => server.httpServer.emit('connection', socket));
    onTestFinished(() => void front.close());
    await once(front.listen(0, '127.0.0.1'), 'listening');
    const connection = await Connection.open((front.address() as AddressInfo).port);
    await connection.write(toBytes({ target: '/' }));
    await arrived.promise;
    const closing = server.close();
    await new Promise((resolve) => setTimeout(resolve, 200));
    goOn.resolve();
    expect((await connection.read()).body.toString()).toBe('slow');
    await closing;
    expect(server.closeReport?.cutRequests).toBe(0);
  });

  it('cuts what a listener of the user has taken out of HTTP, and a tunnel that was refused', async () => {
    const server = await serve(lint({ fetch: () => new Response('x') }), LOCAL);
    const take = (_request: unknown, socket: Duplex): void => void socket.resume().write(SWITCHED);
    server.httpServer.on('upgrade', take);
    const [taken, tunnel] = [await Connection.open(server.port), await Connection.open(server.port)];
    await taken.write(HANDSHAKE);
    expect((await taken.read()).status).toBe(101);
    await tunnel.write('CONNECT h.test:443 HTTP/1.1\r\nHost: h.test\r\n\r\n');
    expect((await tunnel.read()).status).toBe(501);
    await server.close({ timeoutMs: 0 });
    await Promise.all([taken.closed, tunnel.closed]);
    expect(server.closeReport?.cutUpgrades).toBe(1);
  });

  it('serves what asks for an upgrade when the listener of the user is gone again', async () => {
    const server = await serve(lint({ fetch: () => new Response('x') }), LOCAL);
    onTestFinished(() => server.close());
    const take = (): void => undefined;
    server.httpServer.on('upgrade', take).off('upgrade', take);
    const connection = await Connection.open(server.port);
    await connection.write(HANDSHAKE);
    expect((await connection.read()).status).toBe(200);
    connection.reset();
  });

  it('writes nothing into the answer to a request that asked for another protocol in vain', async () => {
    const { arrived, goOn, server, connection } = await slowServer();
    await connection.write(`GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`);
    await arrived.promise;
    const closing = server.close();
    goOn.resolve();
    expect((await connection.read()).body.toString()).toBe('slow');
    await Promise.all([closing, connection.closed]);
    expect(connection.unread).toBe('');
    expect(server.closeReport).toEqual({ cutRequests: 0, cutUpgrades: 0, unfinishedWork: 0 });
  });

  it('closes a WebSocket when its handshake has been answered, not before', async () => {
    const { arrived, goOn, server, connection } = await slowServer();
    await connection.write(HANDSHAKE);
    await arrived.promise;
    const closing = server.close();
    goOn.resolve();
    expect((await connection.read()).status).toBe(101);
    expect(await connection.take(4)).toEqual(Buffer.from([0x88, 2, 1001 >> 8, 1001 & 0xff]));
    connection.socket.end();
    await closing;
    expect(server.closeReport?.cutUpgrades).toBe(0);
  });

  it('counts upgraded connections that do not close, and work that does not end', async () => {
    const stuck = new Promise<void>(() => undefined);
    const web = lint((_request: Request, context: RequestContext) => {
      context.waitUntil(stuck);
      return new Response();
    });
    const socketed = fromNode(() => undefined, {
      upgrade(request, socket) {
        contextOf(request).waitUntil(stuck);
        socket.write(SWITCHED);
      },
    });
    const server = await serve(createDispatcher({ '/': web, '/socket': socketed }), LOCAL);
    const client = connect(server.port, '127.0.0.1').on('error', () => undefined);
    onTestFinished(() => void client.destroy());
    client.write(HANDSHAKE);
    await once(client, 'data');
    await fetch(`${server.url}/`);
    await server.close({ timeoutMs: 100 });
    expect(server.closeReport).toEqual({ cutRequests: 0, cutUpgrades: 1, unfinishedWork: 2 });
  });

  it.each([-1, Number.NaN, '5' as unknown as number])('refuses %s as a deadline', async (timeoutMs) => {
    const server = await serve(lint({ fetch: () => new Response() }), LOCAL);
    expect(() => server.close({ timeoutMs })).toThrow(expect.objectContaining({ code: 'VIADUCT_E_OPTION' }));
    await server.close();
  });
});
