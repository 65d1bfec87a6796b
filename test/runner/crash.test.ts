import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { env, kill } from 'node:process';
import { expect, test } from 'vitest';
import { sourceOf, temporaryFolder, writeApplication } from './application.js';
import { type Answer, exchange, failures, startLoad } from './load.js';
import { bodyOf, isAlive, opened, until } from './requests.js';
import { startRunner } from './runner.js';
import { servingOf, workersOf } from './workers.js';

/** `npm run kills` kills 300. */
const KILLS = Number(env['WORKER_KILLS'] ?? 6);

test('A12.157 a worker whose event loop is blocked is killed, named in the log, and replaced', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')), { 'heartbeat-timeout': 800 });
  const port = await runner.listens();
  const pid = Number(await bodyOf(port, '/pid'));
  const waiting = exchange(await opened(port), '/wait?ms=60000');
  await delay(500);
  const blocked = exchange(await opened(port), '/block?ms=60000');
  const line = await runner.said('WORKER TIMEOUT');
  expect(line).toMatchObject({
    level: 50,
    worker: pid,
    requestsUnderWay: 1,
    targets: ['GET /wait?ms=60000'],
  });
  expect(await runner.said('died')).toMatchObject({ worker: pid, signal: 'SIGKILL' });
  expect(await Promise.all([waiting, blocked])).toEqual(['nothing', 'nothing']);
  expect(Number(await bodyOf(port, '/pid'))).not.toBe(pid);
});

test('F11 while one worker stands still the other serves, and the one is replaced', async () => {
  const flags = { workers: 2, 'heartbeat-timeout': 1_500 };
  const runner = startRunner(writeApplication(sourceOf('1')), flags);
  const port = await runner.listens();
  await until(() => servingOf(runner).length === 2, 'two workers that serve');
  const socket = await opened(port);
  const { body } = (await exchange(socket, '/pid')) as Answer;
  const blocked = exchange(socket, '/block?ms=60000');
  // A connection that comes together with the request that blocks is accepted before it, and waits.
  await delay(200);
  const pids = await Promise.all(Array.from({ length: 20 }, () => bodyOf(port, '/pid')));
  expect(pids).not.toContain(body);
  expect(await runner.said('WORKER TIMEOUT')).toMatchObject({ worker: Number(body) });
  expect(await blocked).toBe('nothing');
  await until(() => servingOf(runner).length === 2, 'two workers that serve again');
});

test('after a pause of the primary itself nobody is killed for being late', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')), { workers: 2, 'heartbeat-timeout': 600 });
  const port = await runner.listens();
  await until(() => workersOf(runner).length === 2, 'two workers');
  runner.signal('SIGSTOP');
  await delay(1_500);
  runner.signal('SIGCONT');
  await delay(500);
  expect(runner.lines.filter(({ msg }) => msg.includes('TIMEOUT'))).toEqual([]);
  expect(await bodyOf(port, '/')).toBe('1');
});

const C2 =
  'C2 workers killed one after another under load cost their own requests: nobody is refused, nobody waits in vain';
test(C2, { timeout: 20_000 + KILLS * 2_000 }, async () => {
  const connections = 32;
  const runner = startRunner(writeApplication(sourceOf('1')), { workers: 4 });
  const port = await runner.listens();
  await until(() => workersOf(runner).length === 4, 'four workers');
  const load = startLoad({ port, host: '127.0.0.1' }, connections);
  await load.reached(200);
  let kills = 0;
  for (; kills < KILLS; kills += 1) {
    await until(() => servingOf(runner).length > 0, 'somebody serves');
    kill(servingOf(runner)[0] as number, 'SIGKILL');
    // Those that are left answer everybody, those that were cut off too.
    await load.reached(load.tally.answered + 20 * connections);
  }
  const tally = await load.stop();
  console.log(
    `${kills} workers killed, ${tally.answered} requests answered, ${failures(tally)} lost with them`,
  );
  expect({ refused: tally.refused, unanswered: tally.unanswered, wrongStatus: tally.wrongStatus }).toEqual({
    refused: 0,
    unanswered: 0,
    wrongStatus: 0,
  });
  // Every connection has one request under way.
  expect(failures(tally)).toBeLessThanOrEqual(connections * kills);
  expect(runner.lines.filter(({ msg }) => /^worker \d+ died/.test(msg))).toHaveLength(kills);
});

test('C3 when all workers are killed at once, connections wait for the next ones: nobody is refused', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')), { workers: 3 });
  const port = await runner.listens();
  await until(() => workersOf(runner).length === 3, 'three workers');
  const load = startLoad({ port, host: '127.0.0.1' }, 16);
  await load.reached(200);
  // Younger ones, of which several die, are taken for a crash loop.
  await delay(1_200);
  for (const pid of workersOf(runner)) kill(pid, 'SIGKILL');
  expect(await bodyOf(port, '/')).toBe('1');
  // At once, without the pause that follows a crash loop.
  expect(runner.lines.filter(({ msg }) => /the next one starts in/.test(msg))).toEqual([]);
  await load.reached(load.tally.answered + 200);
  const tally = await load.stop();
  expect([tally.refused, tally.unanswered]).toEqual([0, 0]);
  expect(failures(tally)).toBeLessThanOrEqual(16);
});

test('C4 workers that die as soon as they serve are started after longer and longer pauses, and given up in the end', async () => {
  const source = `export const application = lint({ fetch: () => new Response('1'), start: () => void setTimeout(() => process.exit(9), 50) });`;
  const runner = startRunner(writeApplication(source), { 'max-crashes': 5 });
  expect(await runner.exited).toEqual({ code: 6, signal: null });
  const pauses = runner.lines.flatMap(({ pauseMs }) => pauseMs ?? []);
  expect(pauses).toEqual([100, 200, 400]);
  expect(runner.lines.filter(({ msg }) => /^worker \d+ died/.test(msg))).toHaveLength(5);
  expect(await runner.said('giving up')).toMatchObject({ level: 50 });
});

test('C4 an application that does not load any more is tried again and again, for as long as another worker serves', async () => {
  const source = `import { existsSync, writeFileSync } from 'node:fs';
    const mark = new URL('mark', import.meta.url);
    if (existsSync(mark)) throw new Error('the second time');
    writeFileSync(mark, '');
    ${sourceOf('1')}`;
  const runner = startRunner(writeApplication(source), { workers: 2, 'max-crashes': 2 });
  const port = await runner.listens();
  await until(() => runner.lines.filter(({ msg }) => msg.includes('died')).length >= 3, 'three attempts');
  expect(await bodyOf(port, '/')).toBe('1');
  expect(runner.lines.filter(({ msg }) => msg.includes('the second time')).length).toBeGreaterThanOrEqual(3);
});

test('a worker with an error that nobody caught is replaced before it drains, and loses no request', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')));
  const port = await runner.listens();
  const pid = Number(await bodyOf(port, '/pid'));
  const load = startLoad({ port, host: '127.0.0.1' }, 8);
  await load.reached(100);
  expect(await bodyOf(port, '/throw')).toBe('1');
  expect(await runner.said('is to be replaced')).toMatchObject({ level: 50, worker: pid });
  expect(await runner.said(`worker ${pid} ended`)).toMatchObject({ code: 1 });
  expect(failures(await load.stop())).toBe(0);
  expect(await runner.said(/^(?!worker).*thrown outside of a request/)).toMatchObject({
    level: 50,
    name: 'error',
    stray: 'uncaughtException',
  });
  expect(isAlive(pid)).toBe(false);
});

/** The first worker runs it; whoever loads it later waits until there is a file `go`, and fails. */
const LOADS_ONCE = `
import { existsSync, writeFileSync } from 'node:fs';
const [mark, go] = ['mark', 'go'].map((name) => new URL(name, import.meta.url));
if (existsSync(mark)) {
  // A test that fails shall leave nobody waiting.
  process.once('disconnect', () => process.exit(1));
  while (!existsSync(go)) await new Promise((resolve) => setTimeout(resolve, 20));
  throw new Error('the second time');
}
writeFileSync(mark, '');
${sourceOf('1')}`;

test('a worker that fails while its successor starts goes, though that one fails to', async () => {
  const folder = temporaryFolder();
  const runner = startRunner(writeApplication(LOADS_ONCE, folder), { 'max-crashes': 2 });
  const port = await runner.listens();
  const pid = Number(await bodyOf(port, '/pid'));
  kill(pid, 'SIGTERM');
  await until(() => workersOf(runner).length === 2, 'the successor starts');
  expect(await bodyOf(port, '/throw')).toBe('1');
  expect(await runner.said('an error was not caught')).toMatchObject({ level: 50, worker: pid });
  writeFileSync(join(folder, 'go'), '');
  await runner.said(`no replacement for worker ${pid}`);
  expect(await runner.said(`worker ${pid} ended`)).toMatchObject({ code: 1 });
});

test('a worker that fails while it waits for the next attempt to replace it goes without that', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'go'), '');
  const runner = startRunner(writeApplication(LOADS_ONCE, folder), { 'max-crashes': 2 });
  const port = await runner.listens();
  const pid = Number(await bodyOf(port, '/pid'));
  kill(pid, 'SIGTERM');
  await runner.said(`no replacement for worker ${pid}`);
  expect(await bodyOf(port, '/throw')).toBe('1');
  expect(await runner.said('an error was not caught')).toMatchObject({ level: 50, worker: pid });
  expect(await runner.said(`worker ${pid} ended`)).toMatchObject({ code: 1 });
});

test('the log tells which applications an error that nobody caught may be of', async () => {
  const runner = startRunner(
    writeApplication(`
import { createDispatcher } from ${JSON.stringify(import.meta.resolve('viaduct'))};
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const application = createDispatcher({
  '/shop': async () => (await wait(300), new Response('shop')),
  '/api': async () => { void wait(50).then(() => { throw new Error('left alone'); }); await wait(300); return new Response('api'); },
  '/blog': () => new Response('blog'),
});`),
  );
  const port = await runner.listens();
  expect(await bodyOf(port, '/blog')).toBe('blog');
  expect(await Promise.all(['/shop', '/api'].map((path) => bodyOf(port, path)))).toEqual(['shop', 'api']);
  const { suspects, stray } = await runner.said(/^(?!worker).*left alone/);
  expect(stray).toBe('unhandledRejection');
  const mounts = (suspects as { mounts: string[] }[]).map((suspect) => suspect.mounts.join(' '));
  expect(mounts.toSorted()).toEqual(['/api', '/shop']);
});

test('an application that throws in every worker does not make the runner start workers without end', async () => {
  const source = `export const application = lint({ fetch: () => new Response('1'), start: () => void setTimeout(() => { throw new Error('always'); }, 50) });`;
  const runner = startRunner(writeApplication(source), { 'max-crashes': 4 });
  expect(await runner.exited).toEqual({ code: 6, signal: null });
});

test('a worker that waits for its successor with an error behind it does not count as healthy', async () => {
  // The successor starts for longer than a worker serves that has grown up.
  const source = `export const application = lint({
    fetch: () => new Response('1'),
    start: () => new Promise((resolve) => setTimeout(() => (resolve(), setTimeout(() => { throw new Error('always'); }, 50)), 1_300)),
  });`;
  const runner = startRunner(writeApplication(source), { 'max-crashes': 2 });
  expect(await runner.exited).toEqual({ code: 6, signal: null });
});
