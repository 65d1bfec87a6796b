import { createDispatcher, fromNode, serve, type Server } from 'viaduct';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { Connection } from '../conformance/connection.js';
import { defer } from '../conformance/deferred.js';

let server: Server | undefined;
afterEach(() => server?.close());

const HANDSHAKE =
  'GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`;
const FRAME = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]);

async function open() {
  const gate = defer();
  const begun = vi.fn<() => void>();
  const finished = vi.fn<(kind: string) => void>();
  const sockets = new WebSocketServer({ noServer: true });
  const echo = fromNode((_request, response) => void response.end(), {
    upgrade: (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (client) =>
        client.on('message', (data: Buffer) => client.send(`echo ${data.toString()}`)),
      ),
  });
  const application = createDispatcher({
    '/ws': echo,
    '/slow': async (_request, context) => {
      begun();
      context.onFinished(({ kind }) => finished(kind));
      await gate.promise;
      return new Response('slow');
    },
    '/long': async () => {
      await gate.promise;
      return new Response(new Uint8Array(5_000_000));
    },
  });
  server = await serve(application, { port: 0, host: '127.0.0.1', closeTimeoutMs: 1_000 });
  return { gate, begun, finished, connection: await Connection.open(server.port) };
}

describe('a handshake behind requests that are still to be answered', () => {
  it('W14: waits for their answers, in order, and is then switched with what came along', async () => {
    const { gate, connection } = await open();
    const bytes = get('/slow') + get('/long') + HANDSHAKE;
    await connection.write(Buffer.concat([Buffer.from(bytes), FRAME]));
    gate.resolve();
    expect((await connection.read()).body.toString()).toBe('slow');
    expect((await connection.read()).body).toHaveLength(5_000_000);
    expect((await connection.read()).status).toBe(101);
    await connection.waitFor('echo hi');
    connection.reset();
  });

  it('W14: that is no WebSocket is served in its turn', async () => {
    const { gate, connection } = await open();
    await connection.write(
      `${get('/slow')}GET /slow HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
    );
    gate.resolve();
    for (const _ of [1, 2]) expect((await connection.read()).body.toString()).toBe('slow');
    connection.reset();
  });

  it('W9, W14: that is reset meanwhile ends them all', async () => {
    const { begun, finished, connection } = await open();
    await connection.write(get('/slow') + get('/slow') + HANDSHAKE);
    await vi.waitFor(() => expect(begun).toHaveBeenCalledTimes(2));
    connection.reset();
    await vi.waitFor(() => expect(finished.mock.calls).toEqual([['aborted'], ['aborted']]));
  });
});
