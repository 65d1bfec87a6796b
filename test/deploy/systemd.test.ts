import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ask, load } from './load.js';
import { freePort, isThere } from './nginx.js';
import { serverFolder, writeCode } from './server-folder.js';
import { answers, holdSocket, SERVE, startOnSocket } from './started-server.js';
import { seconds, variablesOf } from './variables.js';

const UNIT = fileURLToPath(new URL('../../docs/deploy/systemd/viaduct.service', import.meta.url));

const hasAnalyze = isThere('systemd-analyze', '--version');
const hasActivate = isThere('systemd-socket-activate', '--version');
if (!hasAnalyze || !hasActivate) {
  console.warn('test/deploy: what needs systemd is left out, since this machine has none of its programs');
}

describe('With systemd', () => {
  test.skipIf(!hasAnalyze)('the units of docs/deploy/systemd are valid', () => {
    const unit = (name: string): string =>
      fileURLToPath(new URL(`../../docs/deploy/systemd/${name}`, import.meta.url));
    const printed = execFileSync(
      'systemd-analyze',
      ['verify', unit('viaduct.service'), unit('viaduct.socket')],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    expect(printed).toBe('');
  });

  test('the unit starts the command, leaves it more time than it takes to stop, and reloads it', () => {
    const unit = readFileSync(UNIT, 'utf8');
    expect(unit).toContain(`\nExecStart=/usr/bin/env ${SERVE.join(' ')}\n`);
    expect(unit).toContain('\nExecReload=/bin/kill -HUP $MAINPID\n');
    const { VIADUCT_GRACEFUL_TIMEOUT } = variablesOf('systemd/viaduct.service');
    const stop = 1;
    const waits = Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1]);
    expect(waits).toBeGreaterThan(seconds(VIADUCT_GRACEFUL_TIMEOUT) + stop);
  });

  test.skipIf(!hasActivate)(
    'a socket of systemd is taken over, and the request that woke the server is answered',
    async () => {
      const port = await freePort();
      const args = ['--listen', `127.0.0.1:${port}`, '/usr/bin/env', ...SERVE];
      const child = spawn('systemd-socket-activate', args, {
        cwd: serverFolder(),
        stdio: ['ignore', 'ignore', 'ignore'],
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      // The program itself takes a moment to listen; from then on nothing is refused.
      const first = await vi.waitFor(() => ask(`http://127.0.0.1:${port}/`), {
        timeout: 10_000,
        interval: 50,
      });
      expect(first).toEqual({ status: 200, body: `${child.pid} first` });
      child.kill('SIGTERM');
      expect(await once(child, 'exit')).toEqual([0, null]);
    },
  );

  test('while the server restarts, nobody is refused: connections wait in the socket', async () => {
    const folder = serverFolder();
    const socket = await holdSocket();
    const url = `http://127.0.0.1:${socket.port}/`;
    const first = startOnSocket(folder, socket);
    await answers(url, first.child);
    expect(await first.stop()).toBe(0);
    // Nobody serves now.
    const waiting = ask(url);
    const second = startOnSocket(folder, socket);
    expect(await waiting).toEqual({ status: 200, body: `${second.child.pid} first` });
    expect(await second.stop()).toBe(0);
  });

  test('a new process that serves before the old one stops loses no request under keep-alive load', async () => {
    const folder = serverFolder();
    const socket = await holdSocket();
    const url = `http://127.0.0.1:${socket.port}/`;
    let current = startOnSocket(folder, socket);
    await answers(url, current.child);
    const clients = load(url, 16);
    for (let restart = 0; restart < 2; restart += 1) {
      const next = startOnSocket(folder, socket);
      // Both accept from one socket: it serves when it has answered somebody.
      await vi.waitFor(async () => expect((await ask(url)).body).toBe(`${next.child.pid} first`), {
        timeout: 15_000,
        interval: 20,
      });
      expect(await current.stop()).toBe(0);
      current = next;
    }
    const { failed, answered, bodies } = await clients.stop();
    expect(failed).toEqual([]);
    expect(answered).toBeGreaterThan(100);
    expect(bodies.size).toBe(3);
    expect(await current.stop()).toBe(0);
  });

  test('a reload on the socket of systemd loses no request under keep-alive load', async () => {
    const folder = serverFolder();
    const socket = await holdSocket();
    const url = `http://127.0.0.1:${socket.port}/`;
    const server = startOnSocket(folder, socket);
    await answers(url, server.child);
    const clients = load(url, 16);
    writeCode(folder, 'second');
    server.child.kill('SIGHUP');
    await vi.waitFor(() => expect([...clients.tally.bodies]).toContain(`${server.child.pid} second`), {
      timeout: 15_000,
      interval: 20,
    });
    const { failed, bodies } = await clients.stop();
    expect(failed).toEqual([]);
    expect(bodies).toEqual(new Set([`${server.child.pid} first`, `${server.child.pid} second`]));
    expect(await server.stop()).toBe(0);
  });
});
