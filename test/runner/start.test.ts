import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sourceOf, temporaryFolder, writeApplication } from './application.js';
import { bodyOf, getFrom } from './requests.js';
import { type Flags, type Runner, startRunner } from './runner.js';

test('A12.159 an application that fails to start ends the runner with exit code 3, after one attempt', async () => {
  const source = `export const application = lint({ name: 'shop', fetch: () => new Response(''), start() { throw new Error('no database'); } });`;
  const runner = startRunner(writeApplication(source), { workers: 4 });
  expect(await runner.exited).toEqual({ code: 3, signal: null });
  expect(starts(runner)).toBe(1);
  expect(await runner.said('no database')).toMatchObject({ level: 50, stage: 'start' });
});

test('A12.159 an application that cannot be imported ends the runner with exit code 4, after one attempt', async () => {
  const runner = startRunner(writeApplication(`throw new Error('not today');`), { workers: 4 });
  expect(await runner.exited).toEqual({ code: 4, signal: null });
  expect(starts(runner)).toBe(1);
  expect(await runner.said('not today')).toMatchObject({ level: 50, stage: 'load' });
});

test('--verbose shows the stack of what was thrown in the worker, and nothing but --verbose does', async () => {
  const file = writeApplication('function connect() { throw new Error("no database"); }\nconnect();');
  const [quiet, verbose] = [startRunner(file), startRunner(file, {}, ['--verbose'])];
  await Promise.all([quiet.exited, verbose.exited]);
  expect(quiet.printed.join('\n')).not.toContain('at connect');
  expect(verbose.printed.join('\n')).toMatch(/Error: no database\n\s+at connect \(.*application\.mjs:2/);
});

test('--verbose shows no stack where there is none', async () => {
  const [thrown, ended] = [`throw 'no error';`, 'process.exit(0);'].map((source) =>
    writeApplication(source),
  ) as [string, string];
  const runners = [startRunner(thrown, { workers: 0 }, ['--verbose']), startRunner(ended, {}, ['--verbose'])];
  await Promise.all(runners.map(({ exited }) => exited));
  expect(runners.flatMap(({ printed }) => printed)).not.toContain('undefined');
});

test('A12.159 an application that ends the process as it loads ends the runner with exit code 3', async () => {
  const runner = startRunner(writeApplication('process.exit(0);'));
  expect(await runner.exited).toEqual({ code: 3, signal: null });
  expect(await runner.said('before it was ready (exit code 0)')).toMatchObject({ level: 50 });
});

test('A12.159 an application that never gets started is killed, and ends the runner with exit code 3', async () => {
  const source = `export const application = lint({ fetch: () => new Response(''), start: () => new Promise(() => {}) });`;
  const runner = startRunner(writeApplication(source), { 'start-timeout': 1_500 });
  expect(await runner.exited).toEqual({ code: 3, signal: null });
  await runner.said('within 1500 ms');
});

test('C11 a port in use ends the runner with exit code 5, before any worker starts', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const runner = startRunner(writeApplication(sourceOf('1')), { bind: `127.0.0.1:${port}` });
  expect(await runner.exited).toEqual({ code: 5, signal: null });
  expect(starts(runner)).toBe(0);
  expect((await runner.said('cannot listen')).msg).toBe(
    `cannot listen on 127.0.0.1:${port}: it is in use. Stop the other program, or choose another address.`,
  );
  other.close();
});

test('C11 of two runners on one port the second ends with exit code 5, and the first serves on', async () => {
  const first = startRunner(writeApplication(sourceOf('first')));
  const port = await first.listens();
  const second = startRunner(writeApplication(sourceOf('second')), { bind: `127.0.0.1:${port}`, workers: 2 });
  expect(await second.exited).toEqual({ code: 5, signal: null });
  expect(starts(second)).toBe(0);
  expect(second.printed).toEqual([
    `viaduct: cannot listen on 127.0.0.1:${port}: it is in use. Stop the other program, or choose another address.`,
  ]);
  expect(await bodyOf(port, '/')).toBe('first');
});

test('C11 an address that is not allowed, or not there, ends the runner with exit code 5', async () => {
  const runners = [
    `unix:${temporaryFolder()}/none/app.sock`,
    '192.0.2.1:3000',
    'nowhere.invalid:3000',
    'fd://9',
  ].map((bind) => startRunner(writeApplication(sourceOf('1')), { bind }));
  const outcomes = await Promise.all(
    runners.map(async (runner) => [
      (await runner.exited).code,
      (await runner.said('cannot listen')).code,
      starts(runner),
    ]),
  );
  expect(outcomes).toEqual(runners.map(() => [5, 'VIADUCT_E_LISTEN', 0]));
});

test('binds to [::1], to a name, and to a port alone', async () => {
  const file = writeApplication(sourceOf('1'));
  const addresses = [
    ['[::1]:0', '::1'],
    ['localhost:0', 'localhost'],
    [':0', '127.0.0.1'],
    ['0', '::1'],
  ] as const;
  await Promise.all(
    addresses.map(async ([bind, host]) => {
      const runner = startRunner(file, { bind });
      const port = await runner.listens();
      expect(await getFrom({ port, host }, '/'), bind).toMatchObject({ status: 200, body: '1' });
      runner.signal('SIGTERM');
      expect(await runner.exited, bind).toEqual({ code: 0, signal: null });
    }),
  );
});

test('a Unix socket takes over the file of a dead process, has the permissions asked for, and is gone at the end', async () => {
  const path = join(temporaryFolder(), 'app.sock');
  const first = startRunner(writeApplication(sourceOf('1')), { bind: `unix:${path}` });
  await first.said('listening on');
  const second = startRunner(writeApplication(sourceOf('1')), { bind: `unix:${path}` });
  expect(await second.exited).toEqual({ code: 5, signal: null });
  expect((await second.said('cannot listen')).msg).toContain('it is in use');
  first.signal('SIGKILL');
  await first.exited;
  expect(existsSync(path)).toBe(true);
  const third = startRunner(writeApplication(sourceOf('1')), {
    bind: `unix:${path}`,
    'socket-mode': '660',
    workers: 2,
  });
  await third.said('listening on');
  expect(statSync(path).mode & 0o777).toBe(0o660);
  expect(await getFrom({ path }, '/')).toMatchObject({ status: 200, body: '1' });
  third.signal('SIGTERM');
  expect((await third.exited).code).toBe(0);
  expect(existsSync(path)).toBe(false);
});

test('a file that is no socket is left alone', async () => {
  const path = join(temporaryFolder(), 'data');
  writeFileSync(path, 'precious');
  const runner = startRunner(writeApplication(sourceOf('1')), { bind: `unix:${path}` });
  expect(await runner.exited).toEqual({ code: 5, signal: null });
  expect(readFileSync(path, 'utf8')).toBe('precious');
});

test('the pid file names the primary, keeps a second one out, is taken over from the dead, and is gone at the end', async () => {
  const pidFile = join(temporaryFolder(), 'viaduct.pid');
  const first = startRunner(writeApplication(sourceOf('1')), { 'pid-file': pidFile });
  await first.listens();
  expect(readFileSync(pidFile, 'utf8')).toBe(`${first.child.pid}\n`);
  const second = startRunner(writeApplication(sourceOf('1')), { 'pid-file': pidFile });
  expect((await second.exited).code).toBe(1);
  expect((await second.said('runs already')).msg).toContain(`process ${first.child.pid} runs already`);
  first.signal('SIGKILL');
  await first.exited;
  const third = startRunner(writeApplication(sourceOf('1')), { 'pid-file': pidFile });
  await third.listens();
  expect(readFileSync(pidFile, 'utf8')).toBe(`${third.child.pid}\n`);
  third.signal('SIGTERM');
  await third.exited;
  expect(existsSync(pidFile)).toBe(false);
});

test('a pid file that cannot be written is said, and nothing is started', async () => {
  const pidFile = join(temporaryFolder(), 'folder');
  mkdirSync(pidFile);
  const runner = startRunner(writeApplication(sourceOf('1')), { 'pid-file': pidFile });
  expect((await runner.exited).code).toBe(1);
  expect(await runner.said(`pid file ${pidFile}`)).toMatchObject({ code: 'VIADUCT_E_PID_FILE' });
});

test('the warm-up is answered before the first client is', async () => {
  const source = `
    let asked = [];
    export const application = lint({ fetch({ url }) {
      asked.push(new URL(url).pathname);
      return new Response(asked.join(), { headers: { 'content-length': String(asked.join().length), 'content-type': 'text/plain' } });
    } });`;
  const runner = startRunner(writeApplication(source), { 'warm-up': ['/a', '/b?c=1'] });
  expect(await bodyOf(await runner.listens(), '/client')).toBe('/a,/b,/client');
});

test('a worker whose warm-up is answered with 500 is never ready', async () => {
  const source = `export const application = lint({ fetch: () => new Response('', { status: 503 }) });`;
  const runner = startRunner(writeApplication(source), { 'warm-up': ['/health'] });
  expect((await runner.exited).code).toBe(3);
  await runner.said('warm-up: GET /health was answered with 503');
});

test('workers 0 runs the application in this process, and stops it gracefully', async () => {
  const runner = startRunner(writeApplication(sourceOf('1')), { workers: 0 });
  const port = await runner.listens();
  expect(await bodyOf(port, '/pid')).toBe(String(runner.child.pid));
  runner.signal('SIGHUP');
  await runner.said('there are no worker processes');
  runner.signal('SIGTERM');
  expect(await runner.exited).toEqual({ code: 0, signal: null });
});

test('workers 0 ends with the same exit codes', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const broken = `export const application = lint({ fetch: () => new Response(''), start() { throw new Error('no'); } });`;
  const runners = [
    startRunner(writeApplication(broken), { workers: 0 }),
    startRunner(writeApplication('throw 1'), { workers: 0 }),
    startRunner(writeApplication(sourceOf('1')), { workers: 0, bind: `127.0.0.1:${port}` }),
  ];
  expect(await Promise.all(runners.map(async ({ exited }) => (await exited).code))).toEqual([3, 4, 5]);
  other.close();
});

test('a socket path that the system would cut off is told as wrong use', async () => {
  const folder = temporaryFolder();
  for (const workers of [1, 0]) {
    const bind = `unix:${join(folder, 's'.repeat(110))}.sock`;
    const runner = startRunner(writeApplication(sourceOf('1')), { bind, workers });
    expect(await runner.exited).toEqual({ code: 2, signal: null });
    expect(runner.printed.join()).toMatch(
      /^viaduct: The path of a UNIX socket has at most 10[37] bytes, and /,
    );
    expect(readdirSync(folder)).toEqual([]);
  }
});

test('socket, pid file and log file begin at the folder of --cwd, and the log names the socket', async () => {
  for (const workers of [1, 0]) {
    const cwd = temporaryFolder();
    const runner = startRunner(writeApplication(sourceOf('1')), {
      workers,
      cwd,
      bind: 'unix:app.sock',
      'pid-file': 'app.pid',
      'access-log': 'json',
      'access-log-file': 'app.log',
      'socket-mode': '600',
    });
    expect((await runner.said('listening on')).msg).toBe(`listening on unix:${join(cwd, 'app.sock')}`);
    expect(readdirSync(cwd).toSorted()).toEqual(['app.log', 'app.pid', 'app.sock']);
    expect(statSync(join(cwd, 'app.sock')).mode & 0o777).toBe(0o600);
    runner.signal('SIGTERM');
    expect(await runner.exited).toEqual({ code: 0, signal: null });
    expect(readdirSync(cwd)).toEqual(['app.log']);
  }
});

for (const workers of [1, 0]) {
  test.each([
    [{ 'trust-proxy': 'foo' }, 'trustProxy: invalid IP address: foo. Write addresses'],
    [{ 'access-log': 'json', 'access-log-file': 'none/a.log' }, 'Create its folder'],
    [{ metrics: '127.0.0.1:0' }, 'metrics needs prom-client, which failed to load: half installed'],
  ])(
    `what %j cannot mean is told in one message, with exit code 2 and workers ${workers}`,
    async (flags, message) => {
      const cwd = temporaryFolder();
      mkdirSync(join(cwd, 'node_modules/prom-client'), { recursive: true });
      writeFileSync(join(cwd, 'node_modules/prom-client/index.js'), 'throw new Error("half installed");');
      const runner = startRunner(writeApplication(sourceOf('1')), { cwd, workers, ...(flags as Flags) });
      expect(await runner.exited).toEqual({ code: 2, signal: null });
      expect(runner.printed.join('\n')).toMatch(/^viaduct: /);
      expect(runner.printed.join('\n')).toContain(message);
      expect(runner.lines).toEqual([]);
    },
  );
}

test('workers 0 tells of a module that never gets loaded', async () => {
  const runner = startRunner(writeApplication('await new Promise(() => {});'), {
    workers: 0,
    'start-timeout': 500,
  });
  expect(await runner.exited).toEqual({ code: 3, signal: null });
  await runner.said('the application was not ready within 500 ms');
});

function starts({ lines }: Runner): number {
  return lines.filter(({ msg }) => msg.endsWith(' starts')).length;
}
