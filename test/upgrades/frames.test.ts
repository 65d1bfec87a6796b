import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import websocket from '@fastify/websocket';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import crossws from 'crossws/adapters/node';
import fastify from 'fastify';
import Koa from 'koa';
import { type Application, createDispatcher, serve, type Server } from 'viaduct';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { FRAME_CASES, type FrameCase } from './frames.js';

const OPTIONS = { perMessageDeflate: true } as const;

function echo(socket: WebSocket): void {
  socket.on('message', (data, binary) => socket.send(data, { binary }));
  // What is wrong with a frame is told to the client.
  socket.on('error', () => undefined);
}

/** A server that is attached to an HTTP server, as programs without a gateway do it. */
function attached(): ReturnType<typeof createServer> {
  const http = createServer();
  new WebSocketServer({ ...OPTIONS, server: http }).on('connection', echo);
  return http;
}

function fastifyApp(): Application {
  const app = fastify();
  void app.register(websocket, { options: OPTIONS });
  void app.register(async (routes) => {
    routes.get('/ws', { websocket: true }, echo);
  });
  return fromFastify(app);
}

function noServer(): Application {
  const sockets = new WebSocketServer({ ...OPTIONS, noServer: true });
  return {
    fetch: () => new Response('no WebSocket'),
    upgrade: (request, socket, head) => sockets.handleUpgrade(request, socket, head, echo),
  };
}

/** Through crossws, of which the web application knows no more than its hooks. */
function crosswsApp(): Application {
  const sockets = crossws({
    serverOptions: OPTIONS,
    hooks: {
      message: (peer, message) => void peer.send(message.rawData),
    },
  });
  return { fetch: () => new Response('no WebSocket'), upgrade: (...args) => sockets.handleUpgrade(...args) };
}

const gateway = createDispatcher({
  '/koa': fromKoa(new Koa(), { server: attached() }),
  '/fastify': fastifyApp(),
  '/raw': noServer(),
  '/out': createDispatcher({
    '/in': createDispatcher({ '/koa': fromKoa(new Koa(), { server: attached() }) }),
  }),
  '/crossws': crosswsApp(),
});

let server: Server;
const alone = attached();
beforeAll(async () => {
  alone.listen(0, '127.0.0.1');
  await once(alone, 'listening');
  server = await serve(gateway, { port: 0, host: '127.0.0.1', closeTimeoutMs: 1_000 });
});
afterAll(async () => {
  alone.close();
  await server.close();
});

/** Everything that comes on a connection, from the handshake's answer to the end. */
async function converse(
  port: number,
  target: string,
  { writes, deflates = false }: FrameCase,
): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const chunks: Buffer[] = [];
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const switched = new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (Buffer.concat(chunks).includes('\r\n\r\n')) resolve();
    });
  });
  socket.write(
    [
      `GET ${target} HTTP/1.1`,
      'Host: h.test',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ...(deflates ? ['Sec-WebSocket-Extensions: permessage-deflate'] : []),
      '',
      '',
    ].join('\r\n'),
  );
  await switched;
  for (const bytes of writes) {
    if (socket.destroyed) break;
    await new Promise<unknown>((resolve) => socket.write(bytes, resolve));
  }
  await closed;
  return Buffer.concat(chunks).toString('latin1');
}

const direct = new Map<FrameCase, Promise<string>>();

/** The same, of `ws` alone: once for each case. */
function directly(each: FrameCase): Promise<string> {
  let answer = direct.get(each);
  if (answer === undefined) {
    answer = converse((alone.address() as AddressInfo).port, '/ws', each);
    direct.set(each, answer);
  }
  return answer;
}

describe.each([
  ['a Koa app with a ws server', '/koa/ws'],
  ['@fastify/websocket', '/fastify/ws'],
  ['a ws server without a server', '/raw'],
  ['three dispatchers deep', '/out/in/koa/ws'],
  ['crossws', '/crossws'],
])('W12: frames through the gateway to %s', (_name, target) => {
  it.each(FRAME_CASES)('$title', async (each) => {
    const answer = await converse(server.port, target, each);
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    // Not by toBe: a difference within a megabyte is nothing to print.
    const expected = await directly(each);
    expect([answer === expected, shown(answer)]).toEqual([true, shown(expected)]);
  });
});

it('W12: the corpus makes a server say all that it can: echoes, pongs, and each kind of refusal', async () => {
  const answers = await Promise.all(FRAME_CASES.map(directly));
  const ends = answers.map((answer) => Buffer.from(answer.slice(-4), 'latin1'));
  const codes = ends.filter((end) => end[0] === 0x88 && end[1] === 2).map((end) => end.readUInt16BE(2));
  for (const code of [1000, 1002, 1007])
    expect(codes.filter((each) => each === code).length).toBeGreaterThan(5);
  expect(answers.filter((answer) => answer.includes('viaduct')).length).toBeGreaterThan(5);
  expect(answers.filter((answer) => answer.includes('\x8a')).length).toBeGreaterThan(5);
});

function shown(wire: string): string {
  const frames = wire.slice(wire.indexOf('\r\n\r\n') + 4);
  return `${wire.length} bytes, ${Buffer.from(frames.slice(0, 40), 'latin1').toString('hex')}`;
}
