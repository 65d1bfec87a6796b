import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import websocket from '@fastify/websocket';
import { fromFastify } from '@viaduct/fastify';
import fastify from 'fastify';
import {
  type Application,
  contextOf,
  createDispatcher,
  fromNode,
  lint,
  type Server,
  withRequestId,
} from 'viaduct';
import { withAccessLog } from 'viaduct/logging';
import { WebSocket } from 'ws';
import { describe, expect, test, vi } from 'vitest';
import { Connection } from '../conformance/connection.js';
import { open, Written } from '../logging/written.js';
import { ask, load } from './load.js';
import { freePort, hasNginx, runNginx } from './nginx.js';
import { serverFolder, writeCode } from './server-folder.js';
import { launch, SERVE, startServer } from './started-server.js';

/** Says what it knows of its request. */
function knowing(): Application {
  return fromNode((request, response) => {
    const { clientAddress, protocol, host, url, target, state } = contextOf(request);
    response.setHeader('content-type', 'application/json');
    const { requestId } = state;
    response.end(
      JSON.stringify({ clientAddress, protocol, host, url, target, requestId, seen: request.headers }),
    );
  });
}

function live(): Application {
  const app = fastify();
  void app.register(websocket);
  void app.register(async (routes) => {
    routes.get('/ws', { websocket: true }, (socket) => {
      socket.on('message', (data: Buffer) => socket.send(`heard ${data.toString()}`));
    });
  });
  return fromFastify(app);
}

interface Behind {
  /** nginx's port. */
  readonly port: number;
  readonly url: string;
  readonly server: Server;
  readonly written: Written;
}

async function behindNginx(application: Application): Promise<Behind> {
  const written = new Written();
  const logged = withAccessLog(withRequestId(lint(application)), { destination: written });
  const server = await open(logged, { trustProxy: 'loopback' });
  const port = await runNginx(server.port);
  return { port, url: `http://127.0.0.1:${port}`, server, written };
}

if (!hasNginx)
  console.warn('test/deploy: left out, since there is no nginx on this machine (apt-get install nginx)');

describe.skipIf(!hasNginx)('Behind nginx, with docs/deploy/nginx/viaduct.conf', () => {
  test('an application knows client, protocol and host, and nothing of what a client forges', async () => {
    const { url, port } = await behindNginx(createDispatcher({ '/app': knowing() }));
    const forged = {
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-prefix': '/evil',
      forwarded: 'for=203.0.113.9;host=evil.example',
      'x-real-ip': '203.0.113.9',
      'x-request-id': 'forged',
    };
    const response = await fetch(`${url}/app/a?b=1`, { headers: forged });
    const known = (await response.json()) as Record<string, unknown> & { seen: Record<string, string> };
    expect(known).toMatchObject({
      clientAddress: '127.0.0.1',
      protocol: 'http',
      host: `127.0.0.1:${port}`,
      url: `${url}/app/a?b=1`,
      target: '/app/a?b=1',
    });
    expect(JSON.stringify(known.seen)).not.toMatch(/evil|203\.0\.113\.9|forged/);
    // nginx's own $request_id: 32 hex digits.
    expect(known['requestId']).toMatch(/^[0-9a-f]{32}$/);
    expect(response.headers.get('x-request-id')).toBe(known['requestId']);
  });

  test('unclean targets arrive byte for byte', async () => {
    const { port } = await behindNginx(createDispatcher({ '/app': knowing() }));
    for (const target of ['/app/@scope%2fpkg', '/app/a//b', '/app/%7euser/%E2%82%AC?x=%2f', '/app/a;b=c']) {
      const connection = await Connection.open(port);
      await connection.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      const { body } = await connection.read();
      expect(JSON.parse(body.toString())).toMatchObject({ target });
    }
  });

  test('WebSockets pass, also from a page of the same host', async () => {
    const { port, written } = await behindNginx(createDispatcher({ '/live': live() }));
    const origin = `http://127.0.0.1:${port}`;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/live/ws`, { headers: { origin, cookie: 'a=b' } });
    await once(socket, 'open');
    socket.send('hello');
    const [message] = (await once(socket, 'message')) as [Buffer];
    expect(message.toString()).toBe('heard hello');
    socket.close();
    await once(socket, 'close');
    expect((await written.entries(1))[0]).toMatchObject({ status: 101, outcome: 'completed' });
  });

  test('an event of a stream arrives before the next one is sent', async () => {
    let send: ((event: string) => void) | undefined;
    const events = fromNode((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      send = (event) => response.write(`data: ${event}\n\n`);
      send('first');
    });
    const { url, written } = await behindNginx(createDispatcher({ '/events': events }));
    const leaving = new AbortController();
    const response = await fetch(`${url}/events`, { signal: leaving.signal });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe('data: first\n\n');
    send?.('second');
    expect((await reader?.read())?.value).toBe('data: second\n\n');
    // The client's leaving reaches the application through nginx.
    leaving.abort();
    expect((await written.entries(1))[0]).toMatchObject({ outcome: 'aborted', status: 200 });
  });

  test('connections to Viaduct are kept and used again', async () => {
    const { url, server } = await behindNginx(createDispatcher({ '/': knowing() }));
    let connections = 0;
    server.httpServer.on('connection', () => (connections += 1));
    for (let request = 0; request < 50; request += 1) {
      const response = await fetch(url);
      expect(response.status).toBe(200);
      await response.arrayBuffer();
    }
    expect(connections).toBe(1);
  });

  test('a body within client_max_body_size arrives whole, a larger one is answered 413 by nginx', async () => {
    const digesting = fromNode(async (request, response) => {
      let length = 0;
      for await (const chunk of request) length += (chunk as Buffer).length;
      response.setHeader('content-type', 'text/plain');
      response.end(String(length));
    });
    const { url, written } = await behindNginx(createDispatcher({ '/': digesting }));
    const mebibyte = 1_024 * 1_024;
    const fits = await fetch(url, { method: 'POST', body: randomBytes(9 * mebibyte) });
    expect([fits.status, await fits.text()]).toEqual([200, String(9 * mebibyte)]);
    const agent = new Agent();
    const status = await new Promise((resolve, reject) => {
      const request = get(url, { agent, method: 'POST', headers: { 'content-length': 11 * mebibyte } });
      request.once('response', (response) => resolve(response.resume().statusCode)).once('error', reject);
      request.flushHeaders();
    });
    agent.destroy();
    expect(status).toBe(413);
    expect(await written.entries(1)).toHaveLength(1);
  });

  test('no request is lost while viaduct serve reloads new code, three times, under keep-alive load', async () => {
    const folder = serverFolder();
    const port = await freePort();
    const server = await startServer(folder, port, { VIADUCT_TRUST_PROXY: 'loopback', VIADUCT_WORKERS: '2' });
    const url = `http://127.0.0.1:${await runNginx(port)}/`;
    // nginx sends a GET again when a connection has just been closed, and a POST never.
    const clients = [load(url, 8), load(url, 8, 'POST')];
    for (const version of ['second', 'third', 'fourth']) {
      writeCode(folder, version);
      server.child.kill('SIGHUP');
      await vi.waitFor(
        () => {
          for (const { tally } of clients)
            expect([...tally.bodies]).toContain(`${server.child.pid} ${version}`);
        },
        { timeout: 15_000, interval: 20 },
      );
    }
    for (const { failed, answered, bodies } of await Promise.all(clients.map((some) => some.stop()))) {
      expect(failed).toEqual([]);
      expect(answered).toBeGreaterThan(100);
      expect(bodies).toEqual(
        new Set(['first', 'second', 'third', 'fourth'].map((version) => `${server.child.pid} ${version}`)),
      );
    }
    expect(await server.stop()).toBe(0);
  });

  test('over a Unix socket nginx is believed where the settings say so', async () => {
    const folder = serverFolder();
    writeFileSync(join(folder, 'application.js'), SHOWING);
    const path = join(folder, 'app.sock');
    // nginx's workers are another user.
    chmodSync(folder, 0o755);
    for (const [trust, address] of [
      ['unix', '127.0.0.1'],
      ['loopback', 'unknown'],
    ] as const) {
      const server = launch(SERVE[0], SERVE.slice(1), folder, {
        VIADUCT_BIND: `unix:${path}`,
        VIADUCT_SOCKET_MODE: '666',
        VIADUCT_TRUST_PROXY: trust,
      });
      await vi.waitFor(() => expect(existsSync(path)).toBe(true), { timeout: 15_000, interval: 20 });
      const port = await runNginx(`unix:${path}`);
      // It waits in the socket until somebody serves.
      const { body } = await ask(`http://127.0.0.1:${port}/`);
      expect(body).toBe(address);
      expect(await server.stop()).toBe(0);
    }
  });
});

/** An application that tells whose request it is. */
const SHOWING = `
import { lint } from 'viaduct';
export const application = lint({
  fetch: (request, { clientAddress = 'unknown' }) =>
    new Response(clientAddress, { headers: { 'content-type': 'text/plain' } }),
});
`;
