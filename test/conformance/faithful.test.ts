import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Application, createDispatcher, serve } from 'viaduct';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Connection } from './connection.js';
import { HOST, type Message, toBytes } from './message.js';
import { fastifyApp, koaApp } from './real-apps.js';

const CASES: readonly (readonly [title: string, message: Message])[] = [
  ['GET', { target: '/hello?name=ada' }],
  ['HEAD', { method: 'HEAD', target: '/hello?name=ada' }],
  ['HEAD of a stream', { method: 'HEAD', target: '/download' }],
  ['a conditional GET', { target: '/hello', headers: [['If-None-Match', '"v1"']] }],
  ['OPTIONS', { method: 'OPTIONS', target: '/hello' }],
  [
    'POST with JSON',
    {
      method: 'POST',
      target: '/json',
      headers: [['Content-Type', 'application/json']],
      body: '{"a":[1,"é"]}',
    },
  ],
  [
    'POST with broken JSON',
    { method: 'POST', target: '/json', headers: [['Content-Type', 'application/json']], body: '{"a":' },
  ],
  [
    'an upload of 50 MB',
    {
      method: 'POST',
      target: '/upload',
      headers: [['Content-Type', 'application/octet-stream']],
      body: Buffer.alloc(50 * 1024 * 1024, 'upload'),
    },
  ],
  ['a streamed download', { target: '/download' }],
  ['a redirect', { target: '/redirect' }],
  ['two Set-Cookie', { target: '/cookies' }],
  ['404', { target: '/missing' }],
  ['404 for an unclean path', { target: '/a//b/../c%2fd' }],
  ['a bad path', { target: '/%zz' }],
  ['an error with a status', { target: '/error' }],
  ['an error without', { target: '/crash' }],
];

describe.each<[name: string, alone: () => Promise<RequestListener>, create: () => Application]>([
  ['Koa', async () => koaApp().callback(), () => fromKoa(koaApp())],
  [
    'Fastify',
    async () => {
      const app = fastifyApp();
      await app.ready();
      return app.routing;
    },
    () => fromFastify(fastifyApp()),
  ],
])('%s answers behind the dispatcher, byte for byte as alone:', (_name, alone, create) => {
  const ports = { alone: 0, behind: 0 };
  const closing: (() => unknown)[] = [];

  beforeAll(async () => {
    const bare = createServer(await alone()).listen(0, '127.0.0.1');
    await new Promise((resolve) => bare.once('listening', resolve));
    const server = await serve(
      createDispatcher({ '/': create(), '/mounted': create(), '/elsewhere': () => new Response() }),
      { port: 0, host: '127.0.0.1' },
    );
    ports.alone = (bare.address() as AddressInfo).port;
    ports.behind = server.port;
    closing.push(
      () => bare.close(),
      () => server.close(),
    );
  });
  afterAll(async () => {
    for (const close of closing) await close();
  });

  it.each(CASES)('%s', async (_title, message) => {
    expect(await answerOf(ports.behind, message)).toEqual(await answerOf(ports.alone, message));
  });

  it.each(CASES.filter(([title]) => !title.startsWith('404') && title !== 'a bad path'))(
    '%s, mounted',
    async (_title, message) => {
      const mounted = { ...message, target: `/mounted${message.target}` };
      expect(await answerOf(ports.behind, mounted)).toEqual(await answerOf(ports.alone, message));
    },
  );

  it('three pipelined requests, the middle one an error', async () => {
    const messages = ['/hello?name=a', '/crash', '/cookies'].map((target) => toBytes({ target }));
    const answers: unknown[][] = [];
    for (const port of [ports.alone, ports.behind]) {
      const connection = await Connection.open(port);
      await connection.write(Buffer.concat(messages));
      answers.push([await account(connection), await account(connection), await account(connection)]);
      connection.reset();
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[0]).toHaveLength(3);
  });
});

async function answerOf(port: number, message: Message): Promise<unknown> {
  const connection = await Connection.open(port);
  await connection.write(toBytes({ host: HOST, ...message }));
  const answer = await account(connection, message.method);
  expect(connection.unread).toBe('');
  connection.reset();
  return answer;
}

/** Everything but the lines that speak of the clock and of the connection. */
async function account(connection: Connection, method?: string): Promise<unknown> {
  const { statusLine, headers, body } = await connection.read(method);
  return {
    statusLine,
    headers: headers.filter(([name]) => !/^(?:date|connection|keep-alive)$/i.test(name)),
    body: body.toString('base64'),
  };
}
