import { once } from 'node:events';
import crossws from 'crossws/adapters/node';
import { Hono } from 'hono';
import { type Application, contextOf, createDispatcher, type Outcome, serve, type Server } from 'viaduct';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { Connection } from '../conformance/connection.js';

let server: Server | undefined;
afterEach(() => server?.close());

const outcomes: Outcome[] = [];

/** As docs/websockets.md has it, with an application of Hono's for its `fetch`. */
function chat(): Application {
  const sockets = crossws({
    hooks: {
      upgrade(request) {
        if (new URL(request.url).searchParams.has('no')) return new Response('not you', { status: 403 });
        return undefined;
      },
      message(peer, message) {
        if (message.text() === 'throw') throw new Error('as asked');
        peer.send(
          `${String(peer.context['user'])} at ${new URL(peer.request.url).pathname}: ${message.text()}`,
        );
      },
    },
  });
  const app = new Hono().get('/', (c) => c.text('open a WebSocket here'));
  return {
    fetch: app.fetch,
    upgrade(request, socket, head) {
      const context = contextOf(request);
      context.onFinished((outcome) => void outcomes.push(outcome));
      const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [
        name,
        String(value),
      ]);
      const handshake = Object.assign(new Request(context.url, { headers }), { context: context.state });
      return sockets.handleUpgrade(request, socket, head, handshake);
    },
  };
}

async function open(): Promise<string> {
  outcomes.length = 0;
  const application = createDispatcher(
    { '/out': createDispatcher({ '/chat': chat() }) },
    { guards: { '/out': (_head, { state }) => void (state.user = 'ada') } },
  );
  server = await serve(application, { port: 0, host: '127.0.0.1', closeTimeoutMs: 1_000 });
  return `127.0.0.1:${server.port}/out/chat`;
}

describe('a web application with WebSockets by crossws', () => {
  it('A9.134: is mounted, answers requests and switches protocols, and knows what guards have found', async () => {
    const address = await open();
    expect(await (await fetch(`http://${address}`)).text()).toBe('open a WebSocket here');
    const client = new WebSocket(`ws://${address}/room`);
    await once(client, 'open');
    client.send('hello');
    const [data] = (await once(client, 'message')) as [Buffer];
    expect(data.toString()).toBe('ada at /room: hello');
    client.close();
    await once(client, 'close');
    await vi.waitFor(() => expect(outcomes).toEqual([{ kind: 'completed', status: 101 }]));
  });

  it('A9.136: refuses in its own way, and the connection is closed', async () => {
    await open();
    const connection = await Connection.open(server?.port ?? 0);
    await connection.write(
      'GET /out/chat?no HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    expect((await connection.takeRest()).toString()).toMatch(/^HTTP\/1\.1 403 [^]*not you$/);
  });

  it('W9: whose client is reset ends once, and the next is served', async () => {
    const address = await open();
    const client = new WebSocket(`ws://${address}`);
    await once(client, 'open');
    client.terminate();
    await vi.waitFor(() => expect(outcomes).toHaveLength(1));
    const next = new WebSocket(`ws://${address}`);
    await once(next, 'open');
    next.terminate();
    await vi.waitFor(() => expect(outcomes).toHaveLength(2));
  });
});
