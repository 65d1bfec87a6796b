import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ask, load } from './load.js';
import { freePort, isThere } from './nginx.js';
import { serverFolder } from './server-folder.js';
import { answers, holdSocket, reload, startOnSocket } from './started-server.js';

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

  test.skipIf(!hasActivate)(
    'a socket of systemd is taken over, and the request that woke the server is answered',
    async () => {
      const port = await freePort();
      const args = ['--listen', `127.0.0.1:${port}`, '/usr/bin/env', 'node_modules/.bin/viaduct', 'serve'];
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
      expect(first.status).toBe(200);
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
    const { body: before } = await ask(url);
    expect(await first.stop()).toBe(0);
    // Nobody serves now.
    const waiting = ask(url);
    const second = startOnSocket(folder, socket);
    const { status, body: after } = await waiting;
    expect(status).toBe(200);
    expect(after).not.toBe(before);
    expect(await second.stop()).toBe(0);
  });

  test('a reload loses no request under keep-alive load', async () => {
    const socket = await holdSocket();
    const url = `http://127.0.0.1:${socket.port}/`;
    const server = startOnSocket(serverFolder(), socket);
    await answers(url, server.child);
    const clients = load(url, 16);
    for (let count = 0; count < 3; count += 1) await reload(url, server);
    const { failed, answered, bodies } = await clients.stop();
    expect(failed).toEqual([]);
    expect(answered).toBeGreaterThan(100);
    expect(bodies.size).toBe(4);
    expect(await server.stop()).toBe(0);
  });
});
