import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { lint, serve, type ServeOptions, type Server } from 'viaduct';
import { describe, expect, it, onTestFinished } from 'vitest';

const application = lint({ fetch: (asked: Request) => new Response(new URL(asked.url).pathname) });

async function serveUntilEnd(options: ServeOptions): Promise<Server> {
  const server = await serve(application, options);
  onTestFinished(() => server.close());
  return server;
}

function temporaryPath(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'viaduct-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return join(directory, name);
}

async function get(socketPath: string, path: string): Promise<string> {
  const sent = request({ socketPath, path, headers: { host: 'h.test' } }).end();
  const [response] = await once(sent, 'response');
  return text(response);
}

describe('path', () => {
  it('listens on a UNIX socket, and takes it away at the end', async () => {
    const path = temporaryPath('a.sock');
    const server = await serve(application, { path });
    expect(server).toMatchObject({ url: `unix:${path}`, address: path, port: 0 });
    expect(await get(path, '/x')).toBe('/x');
    await server.close();
    expect(existsSync(path)).toBe(false);
  });

  it('replaces a socket that a killed process left behind', async () => {
    const path = temporaryPath('a.sock');
    const program = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(existsSync(path)).toBe(true);
    await serveUntilEnd({ path });
    expect(await get(path, '/x')).toBe('/x');
  });

  it('leaves a socket alone that a process listens on', async () => {
    const path = temporaryPath('a.sock');
    const other = createServer((socket) => socket.end()).listen(path);
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    await expect(serve(application, { path })).rejects.toMatchObject({
      code: 'VIADUCT_E_LISTEN',
      message: `serve: cannot listen on the UNIX socket ${path}: a process listens there already. Choose another path.`,
    });
    expect(existsSync(path)).toBe(true);
  });

  it('leaves a file of another kind alone', async () => {
    const path = temporaryPath('a.txt');
    writeFileSync(path, 'mine');
    await expect(serve(application, { path })).rejects.toMatchObject({
      code: 'VIADUCT_E_LISTEN',
      message: expect.stringContaining('the file there is no socket'),
    });
    expect(existsSync(path)).toBe(true);
  });

  it('in a directory that is not there is an error that says so', async () => {
    await expect(serve(application, { path: temporaryPath('no/a.sock') })).rejects.toMatchObject({
      code: 'VIADUCT_E_LISTEN',
      message: expect.stringContaining('directory is not there'),
    });
  });
});

describe('fd', () => {
  it('listens on a socket that was inherited', async () => {
    const listening = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void listening.close());
    await once(listening, 'listening');
    const { port } = listening.address() as { port: number };
    const { fd } = (listening as unknown as { _handle: { fd: number } })._handle;
    const program = fileURLToPath(new URL('inherited.mjs', import.meta.url));
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit', fd] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [line] = await once(child.stdout as Readable, 'data');
    expect(JSON.parse(String(line))).toEqual({ url: `http://127.0.0.1:${port}`, port });
    // This process stops accepting: whoever answers now is the other one.
    listening.close();
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe(`process ${child.pid}`);
  });

  it('that is no socket is an error that says what it must be', async () => {
    await expect(serve(application, { fd: 99_999 })).rejects.toMatchObject({
      code: 'VIADUCT_E_LISTEN',
      message: expect.stringContaining('cannot listen on descriptor 99999'),
    });
  });
});

describe('one place', () => {
  it.each<[options: ServeOptions, message: string]>([
    [{ path: '/a.sock', port: 1 }, 'port and path were given'],
    [{ path: '/a.sock', host: 'localhost' }, 'host and path were given'],
    [{ fd: 3, port: 1 }, 'port and fd were given'],
    [{ fd: 3, host: 'localhost' }, 'host and fd were given'],
    [{ fd: 3, path: '/a.sock' }, 'path and fd were given'],
    [{ path: '' }, 'path is ""'],
    [{ path: `/${'x'.repeat(200)}` }, 'path has 201 bytes'],
    [{ fd: -1 }, 'fd is -1'],
    [{ fd: 1.5 }, 'fd is 1.5'],
    [{ port: 65_536 }, 'port is 65536'],
  ])('%j is refused', async (options, message) => {
    await expect(serve(application, options)).rejects.toMatchObject({
      code: 'VIADUCT_E_OPTION',
      message: expect.stringContaining(message),
    });
  });
});
