import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { sourceOf, temporaryFolder, writeApplication } from './application.js';
import { exchange, failures, startLoad } from './load.js';
import { bodyOf, get, opened, until } from './requests.js';
import { commandOf, follow, startRunner } from './runner.js';

const GONE_WELL = { code: 0, signal: null };
const CUT = { code: 7, signal: null };

test('A12.152 SIGTERM under keep-alive load fails no request, every connection is told to close, and the exit code is 0', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')), { workers: 2 });
  const port = await runner.listens();
  const load = startLoad({ port, host: '127.0.0.1' }, 20, { untilClosed: true });
  await load.reached(2_000);
  runner.signal('SIGTERM');
  expect(await runner.exited).toEqual(GONE_WELL);
  // The load ends by itself only when every client was told that its connection closes.
  expect(failures(await load.ended)).toBe(0);
});

test('C1 200 requests under way at SIGTERM are all answered, with Connection: close, and nobody gets in any more', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')), { workers: 2 });
  const port = await runner.listens();
  const release = join(temporaryFolder(), 'release');
  const sockets = await Promise.all(Array.from({ length: 200 }, () => opened(port)));
  const answers = sockets.map((socket) => exchange(socket, `/held?file=${encodeURIComponent(release)}`));
  const counted = new Map<string, number>();
  await until(async () => {
    const [worker, count] = (await bodyOf(port, '/load')).split(' ') as [string, string];
    counted.set(worker, Number(count));
    return [...counted.values()].reduce((sum, value) => sum + value, 0) === 200;
  }, '200 requests are under way');
  runner.signal('SIGTERM');
  await until(async () => (await get(port, '/')) === 'ECONNREFUSED', 'the port closes');
  writeFileSync(release, '');
  const outcomes = await Promise.all(answers);
  const right = { status: 200, isLast: true };
  expect(
    outcomes.map((answer) =>
      typeof answer === 'string' ? answer : { status: answer.status, isLast: answer.isLast },
    ),
  ).toEqual(outcomes.map(() => right));
  expect(await runner.exited).toEqual(GONE_WELL);
});

test('C6 500 WebSockets are closed with 1001 when the server drains', async () => {
  const runner = startRunner(writeApplication(webSockets()), { workers: 2 });
  const port = await runner.listens();
  const sockets = Array.from({ length: 500 }, () => new WebSocket(`ws://127.0.0.1:${port}/`));
  await Promise.all(sockets.map((socket) => once(socket, 'open')));
  const closed = sockets.map(async (socket) => (await once(socket, 'close'))[0] as number);
  runner.signal('SIGTERM');
  expect(new Set(await Promise.all(closed))).toEqual(new Set([1001]));
  expect(await runner.exited).toEqual(GONE_WELL);
});

test('C7 what is not answered by the deadline is cut, and the exit code says so', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')), { 'graceful-timeout': 400 });
  const port = await runner.listens();
  const socket = await opened(port);
  const answer = exchange(socket, '/wait?ms=60000');
  await until(async () => (await bodyOf(port, '/under-way')) === '1', 'the request is under way');
  runner.signal('SIGTERM');
  expect(await answer).toBe('nothing');
  expect(await runner.exited).toEqual(CUT);
  expect(await runner.said('cut requests')).toMatchObject({ cutRequests: 1 });
});

for (const [first, second] of [
  ['SIGTERM', 'SIGTERM'],
  ['SIGINT', 'SIGINT'],
  ['SIGTERM', 'SIGQUIT'],
] as const) {
  test(`C8 A12.160 ${second} after ${first} stops at once, whatever is under way`, async () => {
    const runner = startRunner(writeApplication(sourceOf('1')), { workers: 2, 'graceful-timeout': 60_000 });
    const port = await runner.listens();
    const answer = exchange(await opened(port), '/wait?ms=60000');
    const blocked = exchange(await opened(port), '/block?ms=60000');
    await runner.said('starts', runner.lines.length - 1);
    await delay(200);
    runner.signal(first);
    await runner.said('stopping');
    runner.signal(second);
    // Nothing that is under way ends within the time that a test may take.
    expect(await runner.exited).toEqual(CUT);
    expect([await answer, await blocked]).toEqual(['nothing', 'nothing']);
  });
}

test('Ctrl-C reaches every process of a terminal: the workers leave it to the primary, and answer what is under way', async () => {
  const [program, ...rest] = commandOf(writeApplication(sourceOf('1')), { workers: 2 }) as [
    string,
    ...string[],
  ];
  // A process group of its own, as a shell makes one for each command.
  const runner = follow(spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], detached: true }));
  const port = await runner.listens();
  const answer = exchange(await opened(port), '/wait?ms=500');
  await until(async () => (await bodyOf(port, '/under-way')) === '1', 'the request is under way');
  process.kill(-(runner.child.pid as number), 'SIGINT');
  expect(await answer).toMatchObject({ status: 200, isLast: true });
  expect(await runner.exited).toEqual(GONE_WELL);
});

test('SIGQUIT stops at once, with exit code 0 when nothing is under way', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')));
  await runner.listens();
  runner.signal('SIGQUIT');
  expect(await runner.exited).toEqual(GONE_WELL);
});

test('C9 SIGTERM while the application starts ends cleanly: what was started is stopped', async () => {
  const source = `
    console.log('loaded');
    export const application = lint({
      fetch: () => new Response('never'),
      async start() { console.log('start'); await new Promise((resolve) => setTimeout(resolve, 500)); },
      stop() { console.log('stop'); },
    });`;
  const runner = startRunner(writeApplication(source));
  await until(() => runner.printed.includes('start'), 'the application starts');
  runner.signal('SIGTERM');
  expect(await runner.exited).toEqual(GONE_WELL);
  expect(runner.printed).toEqual(['loaded', 'start', 'stop']);
});

test('C9 SIGTERM while the application starts ends cleanly without workers, too', async () => {
  const source = `
    export const application = lint({
      fetch: () => new Response('never'),
      async start() { console.log('start'); await new Promise((resolve) => setTimeout(resolve, 500)); },
      stop() { console.log('stop'); },
    });`;
  const pidFile = join(temporaryFolder(), 'app.pid');
  const runner = startRunner(writeApplication(source), { workers: 0, 'pid-file': pidFile });
  await until(() => runner.printed.includes('start'), 'the application starts');
  runner.signal('SIGTERM');
  expect(await runner.exited).toEqual(GONE_WELL);
  expect(runner.printed).toEqual(['start', 'stop']);
  expect(existsSync(pidFile)).toBe(false);
});

test('C9 without workers a start that does not end is waited for no longer than the deadline, or the second signal', async () => {
  const source = `
    export const application = lint({
      fetch: () => new Response('never'),
      start: () => { console.log('start'); return new Promise(() => {}); },
    });`;
  for (const [timeout, signals] of [
    [300, 1],
    [60_000, 2],
  ] as const) {
    const pidFile = join(temporaryFolder(), 'app.pid');
    const flags = { workers: 0, 'graceful-timeout': timeout, 'pid-file': pidFile };
    const runner = startRunner(writeApplication(source), flags);
    await until(() => runner.printed.includes('start'), 'the application starts');
    runner.signal('SIGTERM');
    if (signals === 2) {
      await delay(50);
      runner.signal('SIGTERM');
    }
    expect(await runner.exited).toEqual(GONE_WELL);
    expect(existsSync(pidFile)).toBe(false);
  }
});

test('C9 SIGTERM while one reload is under way and another waits ends cleanly, and starts nobody any more', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')), { workers: 2 });
  await runner.listens();
  runner.signal('SIGHUP');
  await runner.said('reloading');
  runner.signal('SIGHUP');
  await runner.said('takes over');
  runner.signal('SIGTERM');
  expect(await runner.exited).toEqual(GONE_WELL);
  const stopping = runner.lines.findIndex(({ msg }) => msg === 'stopping');
  expect(runner.lines.slice(stopping).filter(({ msg }) => msg.endsWith(' starts'))).toEqual([]);
});

test('C9 SIGTERM while the application does not get loaded ends after the deadline', async () => {
  const runner = startRunner(writeApplication(`console.log('loading'); for (;;);`), {
    'graceful-timeout': 300,
  });
  await until(() => runner.printed.includes('loading'), 'the application loads');
  runner.signal('SIGTERM');
  expect(await runner.exited).toEqual(GONE_WELL);
});

test('C12 an upload under way at SIGTERM is read to its end and answered', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')));
  const port = await runner.listens();
  const socket = await opened(port);
  socket.write('POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n');
  socket.write(Buffer.alloc(1_000));
  await until(async () => (await bodyOf(port, '/under-way')) === '1', 'the upload is under way');
  runner.signal('SIGTERM');
  await until(async () => (await get(port, '/')) === 'ECONNREFUSED', 'the port closes');
  let received = '';
  socket.on('data', (chunk) => (received += String(chunk)));
  for (let sent = 0; sent < 4; sent += 1) {
    await delay(150);
    socket.write(Buffer.alloc(1_000));
  }
  await once(socket, 'close');
  expect(received).toMatch(/^HTTP\/1\.1 200 .*connection: close.*5000$/is);
  expect(await runner.exited).toEqual(GONE_WELL);
});

test('C13 readiness turns 503 first, and connections are taken until the delay is over', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')), {
    workers: 2,
    'readiness-path': '/readyz',
    'liveness-path': '/livez',
    'readiness-delay': 800,
  });
  const port = await runner.listens();
  expect([await bodyOf(port, '/readyz'), await bodyOf(port, '/livez'), await bodyOf(port, '/')]).toEqual([
    'ok\n',
    'ok\n',
    '1',
  ]);
  const load = startLoad({ port, host: '127.0.0.1' }, 4, { untilClosed: true });
  runner.signal('SIGTERM');
  await until(async () => {
    const answer = await get(port, '/readyz');
    return typeof answer === 'object' && answer.status === 503;
  }, 'readiness turns 503');
  expect(await bodyOf(port, '/')).toBe('1');
  expect(await bodyOf(port, '/livez')).toBe('ok\n');
  expect(await runner.exited).toEqual(GONE_WELL);
  expect(failures(await load.ended)).toBe(0);
});

test('C13 a second signal does not wait for the delay', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')), {
    'readiness-path': '/readyz',
    'readiness-delay': 60_000,
  });
  await runner.listens();
  runner.signal('SIGTERM');
  await runner.said('stopping');
  runner.signal('SIGTERM');
  expect(await runner.exited).toEqual(GONE_WELL);
});

function webSockets(): string {
  return `
import { WebSocketServer } from ${JSON.stringify(import.meta.resolve('ws').replace('index.js', 'wrapper.mjs'))};
const sockets = new WebSocketServer({ noServer: true });
export const application = lint(fromNode((request, response) => response.end(), {
  upgrade(request, socket, head) { sockets.handleUpgrade(request, socket, head, () => {}); },
}));`;
}
