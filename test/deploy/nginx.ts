import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const page = fileURLToPath(new URL('../../docs/deploy/nginx/viaduct.conf', import.meta.url));

/** Whether there is an nginx on this machine; `.ci/run` installs Debian's. */
export const hasNginx = isThere('nginx', '-v');

export function isThere(command: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs nginx with the configuration of the documentation, in front of a port or a Unix socket, until the test ends.
 *
 * @param upstream A port, or `unix:/path`.
 * @returns nginx's own port.
 */
export async function runNginx(upstream: number | string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'viaduct-nginx-'));
  // Started by root, nginx puts bodies there as another user.
  chmodSync(folder, 0o755);
  const port = await freePort();
  writeFileSync(join(folder, 'viaduct.conf'), configurationFor(port, upstream));
  writeFileSync(join(folder, 'nginx.conf'), surroundings(folder));
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'inherit' });
  onTestFinished(async () => {
    await stop(child);
    rmSync(folder, { recursive: true, force: true });
  });
  await listens(port, child);
  return port;
}

/** The page's configuration with its two addresses changed, as it tells its reader to do. */
function configurationFor(port: number, upstream: number | string): string {
  const text = readFileSync(page, 'utf8');
  const server = typeof upstream === 'number' ? `127.0.0.1:${upstream}` : upstream;
  const changed = text
    .replace('server 127.0.0.1:3000;', `server ${server};`)
    .replace('listen 80;', `listen 127.0.0.1:${port};`);
  if (!changed.includes(`server ${server};`) || !changed.includes(`:${port};`)) {
    throw new Error(`${page} does not say "server 127.0.0.1:3000;" and "listen 80;"`);
  }
  return changed;
}

/** What Debian's nginx.conf says around it, in a folder of our own. */
function surroundings(folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  return [
    'daemon off;',
    'worker_processes 1;',
    `pid ${folder}/nginx.pid;`,
    'error_log stderr crit;',
    'events { worker_connections 512; }',
    `http { access_log off; ${temporary.join(' ')} include ${folder}/viaduct.conf; }`,
  ].join('\n');
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

/** Resolves when a connection to the port is taken. */
export async function listens(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}`);
    if (await isTaken(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy().destroyed)).once('error', () => resolve(false));
  });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
