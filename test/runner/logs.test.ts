import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { sourceOf, temporaryFolder, writeApplication } from './application.js';
import { bodyOf, until } from './requests.js';
import { startRunner } from './runner.js';
import { servingOf } from './workers.js';

const LOGGED = 6;

test('SIGUSR2 to the primary: every worker opens the file of the access log anew', async () => {
  const path = join(temporaryFolder(), 'access.log');
  const runner = startRunner(writeApplication(sourceOf('1')), {
    workers: 2,
    'access-log': 'json',
    'access-log-file': path,
  });
  const port = await runner.listens();
  await until(() => servingOf(runner).length === 2, 'two workers');
  await bodyOf(port, '/before');
  await until(() => readFileSync(path, 'utf8').includes('/before'), 'the line');
  renameSync(path, `${path}.1`);
  runner.signal('SIGUSR2');
  await until(() => existsSync(path), 'the new file');
  let round = 0;
  await until(async () => {
    round += 1;
    // While one worker is blocked, the other takes what comes.
    const blocked = [1, 2, 3].map(() => bodyOf(port, '/block?ms=20'));
    const asked = Array.from({ length: LOGGED }, () => bodyOf(port, `/pid?round=${round}`));
    const [pids] = await Promise.all([Promise.all(asked), Promise.all(blocked)]);
    const written = readFileSync(path, 'utf8').split(`/pid?round=${round}"`).length - 1;
    return new Set(pids).size === 2 && written === LOGGED;
  }, 'both workers write into the new file');
  const before = readFileSync(`${path}.1`, 'utf8');
  await bodyOf(port, '/after');
  await until(() => readFileSync(path, 'utf8').includes('/after'), 'the line');
  expect(readFileSync(`${path}.1`, 'utf8')).toBe(before);
});

test('SIGUSR2 while workers start ends none of them', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')), { workers: 2 });
  await runner.said('worker');
  const ended = new AbortController();
  const signals = keepSignalling(() => runner.signal('SIGUSR2'), ended.signal);
  await until(() => servingOf(runner).length === 2, 'two workers');
  runner.signal('SIGHUP');
  await runner.said('reloaded');
  ended.abort();
  expect(await signals).toBeGreaterThan(10);
  expect(runner.lines.filter(({ level }) => level > 30)).toEqual([]);
});

async function keepSignalling(send: () => void, ended: AbortSignal): Promise<number> {
  let sent = 0;
  for (; !ended.aborted; sent += 1) {
    send();
    await delay(5);
  }
  return sent;
}
