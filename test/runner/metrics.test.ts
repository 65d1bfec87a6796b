import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { sourceOf, temporaryFolder, writeApplication } from './application.js';
import { bodyOf, get, until } from './requests.js';
import { commandOf, follow, type Runner, startRunner } from './runner.js';
import { spawn } from 'node:child_process';
import { servingOf, workersOf } from './workers.js';

const METRICS = { metrics: '127.0.0.1:0' };

async function metricsPortOf(runner: Runner): Promise<number> {
  return Number(/:(\d+)$/.exec((await runner.said('metrics at')).msg)?.[1]);
}

/** Requests that were counted, of all labels. */
async function countedAt(port: number): Promise<number> {
  const values = Array.from((await bodyOf(port, '/')).matchAll(/^viaduct_requests_total\{.*\} (\d+)$/gm));
  return values.reduce((sum, [, value]) => sum + Number(value), 0);
}

async function ask(port: number, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) await get(port, '/');
}

test('metrics of one process are shown at an address of their own, and nowhere else', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')), { ...METRICS, workers: 0 });
  const port = await runner.listens();
  const metrics = await metricsPortOf(runner);
  await ask(port, 3);
  expect(await countedAt(metrics)).toBe(3);
  expect(await bodyOf(metrics, '/')).toContain('viaduct_request_duration_seconds_bucket');
  expect(await bodyOf(port, '/metrics')).not.toContain('viaduct_requests_total');
  runner.signal('SIGTERM');
  expect(await runner.exited).toEqual({ code: 0, signal: null });
});

test('metrics of all workers are added up, and no reload and no death takes what was counted away', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')), { ...METRICS, workers: 2 });
  const port = await runner.listens();
  const metrics = await metricsPortOf(runner);
  await until(() => servingOf(runner).length === 2, 'both workers serve');
  await ask(port, 20);
  expect(await countedAt(metrics)).toBe(20);
  runner.signal('SIGHUP');
  await runner.said('reloaded');
  await until(() => workersOf(runner).length === 2, 'the old ones are gone');
  expect(await countedAt(metrics)).toBe(20);
  await ask(port, 5);
  expect(await countedAt(metrics)).toBe(25);
  process.kill(servingOf(runner)[0] as number, 'SIGKILL');
  await runner.said('died');
  expect(await countedAt(metrics)).toBe(25);
  expect(await bodyOf(metrics, '/')).toMatch(/^viaduct_requests_in_flight 0$/m);
});

test('a worker that stands still does not keep the metrics of the others', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')), { ...METRICS, workers: 2 });
  const port = await runner.listens();
  const metrics = await metricsPortOf(runner);
  await until(() => servingOf(runner).length === 2, 'both workers serve');
  await ask(port, 6);
  expect(await countedAt(metrics)).toBe(6);
  const stopped = servingOf(runner)[0] as number;
  process.kill(stopped, 'SIGSTOP');
  expect(await countedAt(metrics)).toBe(6);
  process.kill(stopped, 'SIGCONT');
});

test('an address of metrics that is taken, or none, is said once, with the exit code for it', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const file = writeApplication(sourceOf('1'));
  for (const workers of [0, 1]) {
    const busy = startRunner(file, { metrics: `127.0.0.1:${port}`, workers });
    expect(await busy.exited).toEqual({ code: 5, signal: null });
    expect(busy.lines.filter(({ msg }) => msg.includes(`${port}`) && msg.includes('in use'))).toHaveLength(1);
    const wrong = startRunner(file, { metrics: 'here', workers });
    expect(await wrong.exited).toMatchObject({ code: 2 });
    expect([...wrong.printed, ...wrong.lines.map(({ msg }) => msg)].join('\n')).toContain(
      'Write 127.0.0.1:3000',
    );
  }
  taken.close();
});

test('metrics without prom-client tell what to install', async () => {
  const [program, ...rest] = commandOf(writeApplication(sourceOf('1')), METRICS) as [string, ...string[]];
  // Whatever the tests themselves were started with may lead to one.
  const env = { ...process.env, NODE_PATH: '' };
  const runner = follow(
    spawn(program, rest, { cwd: temporaryFolder(), env, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  expect(await runner.exited).toEqual({ code: 2, signal: null });
  const said = [...runner.printed, ...runner.lines.map(({ msg }) => msg)].join('\n');
  expect(said.match(/npm install prom-client/g)).toHaveLength(1);
});
