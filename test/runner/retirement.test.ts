import { kill } from 'node:process';
import { expect, test } from 'vitest';
import { sourceOf, writeApplication } from './application.js';
import { failures, startLoad } from './load.js';
import { bodyOf, until } from './requests.js';
import { startRunner } from './runner.js';
import { workersOf } from './workers.js';

test('A12.158 workers retire after 100 to 150 requests, one at a time, replaced first, and lose none of 10,000 requests', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')), {
    workers: 4,
    'max-requests': 100,
    'max-requests-jitter': 50,
  });
  const port = await runner.listens();
  const load = startLoad({ port, host: '127.0.0.1' }, 20);
  await load.reached(10_000);
  expect(failures(await load.stop())).toBe(0);
  const limits = runner.lines
    .flatMap(({ msg }) => /has served (\d+) requests/.exec(msg)?.[1] ?? [])
    .map(Number);
  expect(limits.length).toBeGreaterThanOrEqual(4);
  expect(limits.filter((limit) => limit < 100 || limit > 150)).toEqual([]);
  expect(new Set(limits).size).toBeGreaterThan(1);
  // After the first four, every start is followed by its take-over before the next start.
  const steps = runner.lines
    .flatMap(({ msg }) => /^worker \d+ (starts|takes over)/.exec(msg)?.[1] ?? [])
    .slice(4);
  expect(steps.length).toBeGreaterThan(0);
  expect(steps.filter((step, index) => step !== (index % 2 === 0 ? 'starts' : 'takes over'))).toEqual([]);
});

test('A12.158 maxRequests 0 means never, whatever the jitter is', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')), {
    'max-requests': 0,
    'max-requests-jitter': 5,
  });
  const port = await runner.listens();
  const load = startLoad({ port, host: '127.0.0.1' }, 4);
  await load.reached(500);
  await load.stop();
  expect(runner.lines.filter(({ msg }) => msg.includes('is to be replaced'))).toEqual([]);
});

test('a worker that holds too much memory is replaced, and loses no request', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')), { 'max-memory': 400_000_000 });
  const port = await runner.listens();
  const pid = Number(await bodyOf(port, '/pid'));
  const load = startLoad({ port, host: '127.0.0.1' }, 4);
  await bodyOf(port, '/grow?ms=400');
  expect((await runner.said('bytes of memory')).worker).toBe(pid);
  await runner.said(`worker ${pid} ended`);
  expect(failures(await load.stop())).toBe(0);
  expect(Number(await bodyOf(port, '/pid'))).not.toBe(pid);
});

test('a worker that is sent SIGTERM by somebody else is replaced before it goes', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')), { workers: 2 });
  const port = await runner.listens();
  await until(() => workersOf(runner).length === 2, 'two workers');
  const load = startLoad({ port, host: '127.0.0.1' }, 8);
  const [first] = workersOf(runner) as [number];
  kill(first, 'SIGTERM');
  await runner.said(`takes over from worker ${first}`);
  expect(await runner.said(`worker ${first} ended`)).toMatchObject({ code: 0 });
  expect(failures(await load.stop())).toBe(0);
});
