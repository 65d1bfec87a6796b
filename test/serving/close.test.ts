import { once } from 'node:events';
import { connect } from 'node:net';
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
