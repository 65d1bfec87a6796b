import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { platform } from 'node:process';
import { expect, test } from 'vitest';
import { sourceOf, writeApplication } from './application.js';
import { exchange } from './load.js';
import { bodyOf, get, isAlive, opened, until } from './requests.js';
import { commandOf, follow, startRunner } from './runner.js';
import { workersOf } from './workers.js';

test('C10 when the primary is killed, its workers answer what is under way and end, and the port is free', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')), { workers: 3 });
  const port = await runner.listens();
  await until(() => workersOf(runner).length === 3, 'three workers');
  const pids = workersOf(runner);
  const answer = exchange(await opened(port), '/wait?ms=600');
  await until(async () => (await bodyOf(port, '/under-way')) === '1', 'the request is under way');
  runner.signal('SIGKILL');
  expect(await answer).toMatchObject({ status: 200, isLast: true });
  await until(() => pids.every((pid) => !isAlive(pid)), 'the workers end');
  const other = createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');
  other.close();
});

test('C10 when the primary is killed while a worker starts, and would start for ever, the worker ends', async () => {
  const source = "console.log('loading'); await new Promise((resolve) => setTimeout(resolve, 1e8));";
  const runner = startRunner(writeApplication(source), { workers: 1 });
  await until(() => runner.printed.includes('loading'), 'the worker loads');
  const [pid = 0] = workersOf(runner);
  runner.signal('SIGKILL');
  await until(() => !isAlive(pid), 'the worker ends');
});

// Linux has process-id namespaces. Elsewhere nothing is the first process of a container.
const unshare = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
const hasNamespaces =
  platform === 'linux' && spawnSync('unshare', [...unshare.slice(1), 'true']).status === 0;

test.runIf(hasNamespaces)(
  'C14 as process 1 of a container it obeys signals, and leaves no zombie of its own',
  async () => {
    const [program, ...rest] = [
      ...unshare,
      ...commandOf(writeApplication(sourceOf('1')), { workers: 2 }),
    ] as [string, ...string[]];
    const runner = follow(spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] }));
    const port = await runner.listens();
    expect(await runner.said('starting')).toMatchObject({ primary: 1 });
    const outside = Number(childrenOf(runner.child.pid as number)[0]);
    expect(await get(port, '/exit')).toBe('nothing');
    await runner.said('died');
    expect(await bodyOf(port, '/')).toBe('1');
    await until(() => childrenOf(outside).length === 2, 'two workers and nobody else');
    expect(
      childrenOf(outside)
        .map(stateOf)
        .filter((state) => state === 'Z'),
    ).toEqual([]);
    process.kill(outside, 'SIGHUP');
    await runner.said('reloaded');
    process.kill(outside, 'SIGTERM');
    expect(await runner.exited).toEqual({ code: 0, signal: null });
  },
);

test('C15 a log that nobody reads any more (EPIPE) ends neither the primary nor a worker', async () => {
  const source = `setInterval(() => { console.log('noise'); console.error('noise'); }, 5);\n${sourceOf('1')}`;
  const runner = startRunner(writeApplication(source), { workers: 2 });
  const port = await runner.listens();
  const pid = await bodyOf(port, '/pid');
  runner.child.stdout?.destroy();
  runner.child.stderr?.destroy();
  // Both write into the closed pipe now: the workers all the time, the primary as it reloads.
  runner.signal('SIGHUP');
  await until(async () => {
    const now = await bodyOf(port, '/pid');
    return now !== pid;
  }, 'the reload');
  for (let count = 0; count < 20; count += 1) expect(await bodyOf(port, '/')).toBe('1');
  runner.signal('SIGTERM');
  expect(await runner.exited).toEqual({ code: 0, signal: null });
});

test('serves on a socket that it was given by systemd, and does not close it for others', async () => {
  const listening = createServer().listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as { port: number };
  const descriptor = (listening as unknown as { _handle: { fd: number } })._handle.fd;
  const [program, ...rest] = commandOf(writeApplication(sourceOf('1')), { workers: 2, bind: ':1' }) as [
    string,
    ...string[],
  ];
  // The shell's process id stays that of the program, as LISTEN_PID wants it.
  const runner = follow(
    spawn('sh', ['-c', 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"', 'sh', program, ...rest], {
      stdio: ['ignore', 'pipe', 'pipe', descriptor],
    }),
  );
  expect(await runner.listens()).toBe(port);
  listening.close();
  expect(await bodyOf(port, '/')).toBe('1');
  runner.signal('SIGTERM');
  expect(await runner.exited).toEqual({ code: 0, signal: null });
});

test('refuses several sockets from systemd', async () => {
  const command = commandOf(writeApplication(sourceOf('1')));
  const runner = follow(
    spawn('sh', ['-c', 'LISTEN_PID=$$ LISTEN_FDS=2 exec "$@"', 'sh', ...command], {
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  expect((await runner.exited).code).not.toBe(0);
  expect(runner.printed.join('\n')).toContain('systemd has passed 2 sockets');
});

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
}

function stateOf(pid: number): string | undefined {
  return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
}
