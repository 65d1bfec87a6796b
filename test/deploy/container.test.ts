import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { ask } from './load.js';
import { freePort, isThere } from './nginx.js';
import { serverFolder } from './server-folder.js';
import { answers, launch, SERVE, startServer } from './started-server.js';
import { seconds, variablesOf } from './variables.js';

const file = readFileSync(
  fileURLToPath(new URL('../../docs/deploy/container/Containerfile', import.meta.url)),
  'utf8',
);
const variables = variablesOf('container/Containerfile');

/** The commands in the list form: `CMD ["node", "server.js"]`, that of the health check first. */
function commands(): string[][] {
  return [...file.matchAll(/^\s*CMD (\[.*\])$/gm)].map(([, list = '']) => JSON.parse(list) as string[]);
}

const hasNamespaces = isThere('unshare', '--pid', '--fork', '--mount-proc', 'true');
if (!hasNamespaces)
  console.warn('test/deploy: process 1 is left out, since this user may make no process namespace');

describe('In a container', () => {
  test('the last stage runs as an unprivileged user, and starts the server without a shell between', () => {
    const [, last = ''] = file.split(/^FROM .*$/m).slice(1);
    expect(last).toMatch(/^USER node$/m);
    expect(last).toMatch(/^STOPSIGNAL SIGTERM$/m);
    expect(last).toMatch(/^EXPOSE 3000$/m);
    expect(variables).toMatchObject({ VIADUCT_BIND: '0.0.0.0:3000' });
    expect(commands().at(-1)).toEqual(SERVE);
  });

  test('it stops within the 10 s that Docker waits by default', () => {
    const stopMs = 1_000;
    expect(seconds(variables['VIADUCT_GRACEFUL_TIMEOUT']) * 1_000 + stopMs).toBeLessThan(10_000);
  });

  test('the health check tells a server that lives from one that does not', async () => {
    const [[command = '', ...args] = []] = commands();
    const port = await freePort();
    const env = { VIADUCT_BIND: `0.0.0.0:${port}` };
    const check = (): number | null =>
      spawnSync(command, args, { env: { ...process.env, ...env }, timeout: 10_000 }).status;
    expect(check()).toBe(1);
    const server = await startServer(serverFolder(), port, { ...variables, ...env });
    expect(check()).toBe(0);
    expect(await server.stop()).toBe(0);
  });

  test.skipIf(!hasNamespaces).each(['SIGTERM', 'SIGINT'] as const)(
    'C14: as process 1 the server stops on %s, after it has answered what is under way',
    async (signal) => {
      const port = await freePort();
      const [command = '', ...args] = commands().at(-1) ?? [];
      const unshare = ['--pid', '--fork', '--mount-proc', '--kill-child', '--', command, ...args];
      const env = { ...variables, VIADUCT_BIND: `0.0.0.0:${port}` };
      const { child } = launch('unshare', unshare, serverFolder(), env);
      const url = `http://127.0.0.1:${port}/`;
      await answers(url, child);
      // Process 1 is the parent of those that answer.
      expect((await ask(url)).body).toBe('1 first');
      const underWay = ask(`${url}?wait=500`);
      await vi.waitFor(async () => expect(childrenOf(child.pid)).toHaveLength(1));
      await ask(url);
      const [server = 0] = childrenOf(child.pid);
      const exited = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
      process.kill(server, signal);
      expect((await underWay).status).toBe(200);
      expect(await exited).toBe(0);
    },
  );
});

function childrenOf(pid: number | undefined): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}
