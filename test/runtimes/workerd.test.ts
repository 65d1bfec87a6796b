import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isInstalled, WORKERD } from './runtimes.js';

const CORE = fileURLToPath(new URL('../../packages/core/dist/', import.meta.url));
const WORKER = fileURLToPath(new URL('dist/runtimes/src/worker.js', import.meta.url));

let folder = '';
let url = '';
let child: ChildProcess | undefined;

/** Puts the program into the folder, and names every file: workerd reads no folders, and knows no packages. */
async function configuration(port: number): Promise<string> {
  await cp(CORE, join(folder, 'core'), { recursive: true });
  await cp(WORKER, join(folder, 'worker.js'));
  const files = (await readdir(CORE, { recursive: true })).filter((file) => file.endsWith('.js'));
  const modules = [
    '( name = "worker", esModule = embed "worker.js" )',
    ...files.map((file) => `( name = "@viaduct/core/${file}", esModule = embed "core/${file}" )`),
    '( name = "@viaduct/core", esModule = "export * from \\"./core/index.js\\";" )',
  ];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ ( name = "main", worker = .worker ) ],
  sockets = [ ( name = "http", address = "127.0.0.1:${port}", http = (), service = "main" ) ]
);
const worker :Workerd.Worker = ( compatibilityDate = "2026-06-01", modules = [ ${modules.join(', ')} ] );
`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function answers(): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

describe('Workers (workerd)', () => {
  if (!isInstalled(WORKERD)) {
    it('is left out: workerd is installed as an npm package for Linux on x64 alone', () => undefined);
    return;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'viaduct-workerd-'));
    const port = await freePort();
    const file = join(folder, 'config.capnp');
    await writeFile(file, await configuration(port));
    child = spawn(WORKERD, ['serve', file], { stdio: 'inherit' });
    url = `http://127.0.0.1:${port}`;
    while (!(await answers())) {
      if (child.exitCode !== null) throw new Error(`workerd ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });

  afterAll(async () => {
    if (child?.exitCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    if (folder !== '') await rm(folder, { recursive: true });
  });

  it.each([
    ['/', { url: '/', basePath: '', path: '/', runtime: 'object' }],
    ['/x/y?q', { url: '/x/y', basePath: '', path: '/x/y' }],
    ['/outer/deep/z', { url: '/z', basePath: '/outer/deep', path: '/z', user: 'ada' }],
    ['/OUTER/deep', { url: '/OUTER/deep', basePath: '', path: '/OUTER/deep', user: 'ada' }],
    ['/whole/x', { url: '/whole/x', basePath: '', path: '/whole/x' }],
  ])('runs a dispatcher of web applications: %s', async (path, expected) => {
    const response = await fetch(url + path, { headers: { 'x-user': 'ada' } });
    expect(response.headers.get('x-hook')).toBe('1');
    // R13: workerd passes the Connection header on, as no other runtime does.
    expect(await response.json()).toMatchObject({ ...expected, violations: ['R13'] });
  });

  it('streams a body up and down', async () => {
    const body = new Uint8Array(300_000).fill(7);
    const response = await fetch(`${url}/outer/body`, { method: 'POST', body });
    expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true);
  });

  it('answers 404 for no mount, 500 for a failure', async () => {
    expect((await fetch(`${url}/outer/nothing`)).status).toBe(404);
    expect((await fetch(`${url}/broken`)).status).toBe(500);
  });
});
