import { Readable } from 'node:stream';
import { createDispatcher, fromNode, serve, type Server } from 'viaduct';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { Connection } from '../conformance/connection.js';

let server: Server | undefined;
afterEach(() => server?.close());

const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';

function handshake(...lines: readonly string[]): string {
  return ['GET /ws HTTP/1.1', 'Host: h', ...UPGRADE, KEY, ...lines, '', ''].join('\r\n');
}

let made = 0;

/** Sends as much as its client takes. */
async function open(): Promise<void> {
  made = 0;
  const sockets = new WebSocketServer({ noServer: true });
  const application = fromNode((_request, response) => void response.end('alive'), {
    upgrade: (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (client) => {
        const pieces = Readable.from(endless());
        client.on('close', () => pieces.destroy());
        pieces.pipe(createWebSocketStream(client)).on('error', () => pieces.destroy());
      }),
  });
  server = await serve(createDispatcher({ '/ws': application }), {
    port: 0,
    host: '127.0.0.1',
    closeTimeoutMs: 1_000,
  });
}

async function* endless(): AsyncGenerator<Buffer, void, undefined> {
  for (;;) {
    made += 65_536;
    yield Buffer.alloc(65_536);
  }
}

describe('a hostile client of WebSockets', () => {
  it.each([1_990, 2_050, 2_100])('W8: with %i headers is answered, and the process lives', async (count) => {
    await open();
    const connection = await Connection.open(server?.port ?? 0);
    await connection.write(handshake(...Array.from({ length: count }, (_, index) => `a${index}:`)));
    expect([101, 400, 431]).toContain((await connection.read()).status);
    connection.reset();
    expect(await (await fetch(`${server?.url}/ws`)).text()).toBe('alive');
  });

  it('W11: that does not read stops what the application makes, and starts it again when it reads', async () => {
    await open();
    const connection = await Connection.open(server?.port ?? 0);
    await connection.write(handshake());
    connection.socket.pause();
    let before = -1;
    await vi.waitFor(
      () => {
        const isHalted = made > 0 && made === before;
        before = made;
        expect(isHalted).toBe(true);
      },
      { timeout: 10_000, interval: 300 },
    );
    expect(before).toBeLessThan(12 * 1024 * 1024);
    connection.socket.resume();
    await vi.waitFor(() => expect(made).toBeGreaterThan(before * 2), { timeout: 10_000 });
    connection.reset();
  });
});
