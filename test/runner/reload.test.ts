import { env } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { sourceOf, temporaryFolder, writeApplication } from './application.js';
import { exchange, failures, startLoad } from './load.js';
import { bodyOf, opened, until } from './requests.js';
import { startRunner } from './runner.js';
import { servingOf, workersOf } from './workers.js';

/** `npm run rolling` reloads 100 times. */
const RELOADS = Number(env['ROLLING_RELOADS'] ?? 4);

test('A12.153 SIGHUP serves the new code, and 20 keep-alive connections lose no request', async () => {
  const file = writeApplication(sourceOf('old'));
  const runner = startRunner(file, { workers: 2 });
  const port = await runner.listens();
  const load = startLoad({ port, host: '127.0.0.1' }, 20);
  await load.reached(500);
  writeApplication(sourceOf('new'), dirname(file));
  runner.signal('SIGHUP');
  await runner.said('reloaded');
  const answered = load.tally.answered;
  await load.reached(answered + 500);
  const tally = await load.stop();
  expect(failures(tally)).toBe(0);
  expect([...tally.bodies.keys()]).toEqual(['old', 'new']);
  expect(await bodyOf(port, '/')).toBe('new');
});

test('SIGHUP follows a symbolic link that --cwd names to the release that it leads to now', async () => {
  const folder = temporaryFolder();
  const current = join(folder, 'current');
  for (const release of ['old', 'new']) {
    mkdirSync(join(folder, release));
    writeApplication(sourceOf(release), join(folder, release));
  }
  symlinkSync('old', current);
  const runner = startRunner('application.mjs', { cwd: current });
  const port = await runner.listens();
  expect(await bodyOf(port, '/')).toBe('old');
  symlinkSync('new', `${current}.next`);
  renameSync(`${current}.next`, current);
  runner.signal('SIGHUP');
  await runner.said('reloaded');
  await until(async () => (await bodyOf(port, '/')) === 'new', 'the new release');
});

test('A12.154 SIGHUP with a syntax error is given up: the old code serves on', async () => {
  const file = writeApplication(sourceOf('old'));
  const runner = startRunner(file, { workers: 2 });
  const port = await runner.listens();
  const load = startLoad({ port, host: '127.0.0.1' }, 8);
  await load.reached(100);
  writeApplication('export const application = {{;', dirname(file));
  runner.signal('SIGHUP');
  expect(await runner.said('reload given up')).toMatchObject({ level: 50, stage: 'load' });
  const { answered } = load.tally;
  await load.reached(answered + 100);
  const tally = await load.stop();
  expect(failures(tally)).toBe(0);
  expect([...tally.bodies.keys()]).toEqual(['old']);
  // And the next one, with the error mended, is not given up.
  writeApplication(sourceOf('new'), dirname(file));
  runner.signal('SIGHUP');
  await runner.said('reloaded');
  expect(await bodyOf(port, '/')).toBe('new');
  runner.signal('SIGTERM');
  expect(await runner.exited).toEqual({ code: 0, signal: null });
});

test('A12.154 when the first new worker starts and a later one does not, the others serve on', async () => {
  const file = writeApplication(sourceOf('old'));
  const runner = startRunner(file, { workers: 2 });
  const port = await runner.listens();
  await until(() => workersOf(runner).length === 2, 'two workers');
  writeApplication(
    `import { existsSync, writeFileSync } from 'node:fs';
    const mark = new URL('mark', import.meta.url);
    if (existsSync(mark)) throw new Error('the second time');
    writeFileSync(mark, '');
    ${sourceOf('new')}`,
    dirname(file),
  );
  runner.signal('SIGHUP');
  await runner.said('reload given up');
  expect(await bodyOf(port, '/')).toMatch(/old|new/);
  await until(() => workersOf(runner).length === 2, 'two workers again');
});

test('A12.155 SIGHUP twice within 100 ms, and once more, ends with as many workers as before', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')), { workers: 2 });
  await runner.listens();
  await until(() => workersOf(runner).length === 2, 'two workers');
  const before = workersOf(runner);
  runner.signal('SIGHUP');
  await delay(50);
  runner.signal('SIGHUP');
  await delay(50);
  runner.signal('SIGHUP');
  // The first is under way, the second waits for it, the third is the second.
  await until(() => runner.lines.filter(({ msg }) => msg === 'reloaded').length === 2, 'two reloads');
  await until(() => workersOf(runner).length === 2, 'two workers');
  expect(workersOf(runner).filter((pid) => before.includes(pid))).toEqual([]);
  expect(runner.lines.filter(({ msg }) => msg === 'reloading')).toHaveLength(2);
});

test('A12.156 SIGTTIN and SIGTTOU add and remove one worker, and one always stays', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')));
  const port = await runner.listens();
  const load = startLoad({ port, host: '127.0.0.1' }, 4);
  runner.signal('SIGTTIN');
  await until(() => workersOf(runner).length === 2, 'two workers');
  runner.signal('SIGTTIN');
  await until(() => workersOf(runner).length === 3, 'three workers');
  for (const left of [2, 1, 1, 1]) {
    const from = runner.lines.length;
    runner.signal('SIGTTOU');
    await runner.said(`workers from now on: ${left}`, from);
    await until(() => workersOf(runner).length === left, `${left} workers`);
  }
  expect(failures(await load.stop())).toBe(0);
});

test(
  `C5 ${RELOADS} rolling reloads under keep-alive load fail no request`,
  { timeout: 30_000 + RELOADS * 5_000 },
  async () => {
    const runner = startRunner(writeApplication(sourceOf('1')), { workers: 2 });
    const port = await runner.listens();
    const load = startLoad({ port, host: '127.0.0.1' }, 20);
    for (let count = 0; count < RELOADS; count += 1) {
      const from = runner.lines.length;
      runner.signal('SIGHUP');
      await runner.said('reloaded', from);
    }
    const tally = await load.stop();
    console.log(`${RELOADS} reloads, ${tally.answered} requests answered, ${failures(tally)} failed`);
    expect(failures(tally)).toBe(0);
  },
);

test('SIGHUP takes the settings of now: of the new workers, and for what the primary decides about them', async () => {
  const cwd = temporaryFolder();
  const write = (settings: object): void =>
    writeFileSync(join(cwd, 'viaduct.config.json'), JSON.stringify(settings));
  write({ workers: 1, gracefulTimeoutMs: 60_000 });
  const runner = startRunner(writeApplication(sourceOf('1'), cwd), { cwd });
  const port = await runner.listens();
  write({ workers: 2, gracefulTimeoutMs: 300, maxRequests: 3 });
  runner.signal('SIGHUP');
  await runner.said('reloaded');
  await until(() => servingOf(runner).length === 2, 'two workers serve');
  for (let sent = 0; sent < 6; sent += 1) await bodyOf(port, '/');
  await runner.said('is to be replaced: it has served 3 requests');
  const socket = await opened(port);
  const answer = exchange(socket, '/wait?ms=60000');
  await delay(200);
  runner.signal('SIGTERM');
  expect(await answer).toBe('nothing');
  expect(await runner.exited).toEqual({ code: 7, signal: null });
});

test('SIGHUP leaves the number of workers that signals have asked for, where the settings say nothing new', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')));
  await runner.listens();
  runner.signal('SIGTTIN');
  await runner.said('workers from now on: 2');
  await until(() => servingOf(runner).length === 2, 'two workers serve');
  runner.signal('SIGHUP');
  expect(await runner.said('reloaded')).toMatchObject({ workers: 2 });
});
