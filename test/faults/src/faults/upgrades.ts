import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Connection } from '../../../conformance/connection.js';
import { answerTo, BrokenPromise, bytesOf, check, within } from '../client/question.js';
import { type Fault, get, type World } from './world.js';

export const UPGRADES: readonly Fault[] = [
  { name: 'W echo on a WebSocket', weight: 3, run: echo },
  { name: 'W8 a handshake with thousands of headers', weight: 1, run: manyHeaders },
  { name: 'W5 a handshake that is none', weight: 2, run: refused },
  { name: 'W4 another protocol', weight: 1, run: anotherProtocol },
  { name: 'W14 requests before the handshake', weight: 2, run: pipelined },
];

const KEY = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];
const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket'];

async function echo(world: World): Promise<void> {
  const client = new WebSocket(`ws://127.0.0.1:${world.port}/ws/${world.id()}`);
  try {
    await within(once(client, 'open'), 'a WebSocket did not open');
    for (let index = 0; index < 4; index += 1) {
      const sent = `${world.id()} ${'m'.repeat(world.random.below(70_000))}`;
      client.send(sent);
      const [message] = (await within(once(client, 'message'), 'a message was not given back')) as [Buffer];
      if (message.toString() !== sent) throw new BrokenPromise('a WebSocket gave back another message', true);
    }
    client.close();
    await within(once(client, 'close'), 'a WebSocket was not closed');
  } finally {
    client.terminate();
  }
}

async function manyHeaders(world: World): Promise<void> {
  const connection = await world.connect();
  const headers = Array.from({ length: 1_990 + world.random.below(110) }, (_, index) => `a${index}:`);
  await connection.write(get('/ws', ...UPGRADE, ...KEY, ...headers));
  const { status } = await within(connection.read(), 'a handshake with many headers was not answered');
  if (status !== 101 && status !== 400 && status !== 431)
    throw new BrokenPromise(`a handshake with many headers was answered with ${status}`);
  connection.reset();
}

async function refused(world: World): Promise<void> {
  const connection = await world.connect();
  const bytes = world.random.pick([
    get('/ws', ...UPGRADE),
    get('/ws', ...UPGRADE, ...KEY).replace('Version: 13', 'Version: 12'),
    get('/ws', ...UPGRADE, ...KEY).replace('GET', 'POST'),
    get('/koa/echo/x', ...UPGRADE, ...KEY),
    get('/nowhere', ...UPGRADE, ...KEY),
  ]);
  await connection.write(bytes);
  const answer = (await within(connection.takeRest(), 'a wrong handshake was not answered')).toString(
    'latin1',
  );
  if (!/^HTTP\/1\.1 4\d\d /.test(answer))
    throw new BrokenPromise(
      `${JSON.stringify(bytes)} was answered with ${JSON.stringify(answer.slice(0, 60))}`,
    );
}

async function anotherProtocol(world: World): Promise<void> {
  const connection = await world.connect();
  const question = world.question('echo');
  await connection.write(
    get(question.target, 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'),
  );
  check(await answerTo(connection, question), question);
  connection.reset();
}

async function pipelined(world: World): Promise<void> {
  const connection: Connection = await world.connect();
  const question = world.question('echo');
  await connection.write(Buffer.concat([bytesOf(question), Buffer.from(get('/ws', ...UPGRADE, ...KEY))]));
  check(await answerTo(connection, question), question);
  const { status } = await within(connection.read(), 'a handshake behind a request was not answered');
  if (status !== 101) throw new BrokenPromise(`a handshake behind a request was answered with ${status}`);
  connection.reset();
}
