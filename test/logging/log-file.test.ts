import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openLog } from 'viaduct/logging';
import { describe, expect, onTestFinished, test, vi } from 'vitest';

const program = fileURLToPath(new URL('log-program.mjs', import.meta.url));

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  /** What came on standard error after the port. */
  errors(): string;
}

/** Starts the program, and waits until it listens. */
async function run(...args: readonly string[]): Promise<Running> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let printed = '';
  child.stderr?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  await vi.waitFor(() => expect(printed).toMatch(/^\d+\n/), 10_000);
  const [port = ''] = printed.split('\n');
  return { child, url: `http://127.0.0.1:${port}/`, errors: () => printed.slice(port.length + 1) };
}

async function ask(url: string, count = 1, target = ''): Promise<void> {
  for (let asked = 0; asked < count; asked += 1) {
    const response = await fetch(url + target);
    expect(await response.text()).toBe('hello');
  }
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'viaduct-log-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function linesOf(path: string): number {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
}

describe('A log file', () => {
  test('on standard output gets every line, and what is left when the process ends', async () => {
    const { child, url } = await run();
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await ask(url, 20);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    await vi.waitFor(() => expect(output.split('\n')).toHaveLength(21));
  });

  test.each(['a pipe', 'a socket'])(
    'that several processes share leaves their lines whole, in %s whose reader is slow',
    async (kind) => {
      const writer = fileURLToPath(new URL('pipe-program.mjs', import.meta.url));
      const command = ['a', 'b', 'c'].map((name) => `"$0" "$1" ${name} 1500`).join(' & ');
      // A shell joins two processes by a pipe, where Node would by a socket.
      const script = `(${command} & wait)${kind === 'a pipe' ? ' | cat' : ''}`;
      const child = spawn('sh', ['-c', script, process.execPath, writer], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      child.stdout.setEncoding('utf8');
      for await (const chunk of child.stdout) {
        output += chunk as string;
        await delay(3);
      }
      const lines = output.trimEnd().split('\n');
      expect(lines).toHaveLength(4_500);
      for (const line of lines) expect(() => JSON.parse(line) as unknown, line).not.toThrow();
    },
  );

  test('C15: goes on serving when nobody reads standard output any more (EPIPE)', async () => {
    const { child, url } = await run();
    child.stdout?.destroy();
    await ask(url, 50);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('C15: goes on serving, at full speed, while the reader of standard output stands still (EAGAIN)', async () => {
    const { child, url } = await run();
    child.stdout?.pause();
    // A pipe holds 64 KiB: these lines are some 400.
    await ask(url, 60, 'x'.repeat(7_000));
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stdout?.resume();
    await vi.waitFor(() => expect(output.split('\n')).toHaveLength(61), 10_000);
  });

  test('C15: ends in time, although the reader of standard output stands still', async () => {
    const { child, url } = await run();
    child.stdout?.pause();
    await ask(url, 60, 'x'.repeat(7_000));
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });

  test('is appended to, and reopened after it was moved away, without losing a line', async () => {
    const path = join(folder(), 'access.log');
    const { child, url } = await run(path);
    await ask(url, 5);
    await vi.waitFor(() => expect(linesOf(path)).toBe(5));
    renameSync(path, `${path}.1`);
    await ask(url, 5);
    child.kill('SIGUSR2');
    await vi.waitFor(() => expect(existsSync(path)).toBe(true));
    await ask(url, 5);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(linesOf(`${path}.1`) + linesOf(path)).toBe(15);
    expect(linesOf(path)).toBe(5);
    const again = await run(path);
    await ask(again.url);
    await vi.waitFor(() => expect(linesOf(path)).toBe(6));
  });

  test.skipIf(!existsSync('/dev/full'))(
    'on a disk that is full: it goes on serving, and tells so once',
    async () => {
      const { child, url, errors } = await run('/dev/full');
      await ask(url, 30);
      await vi.waitFor(() => expect(errors()).toContain('the log /dev/full is not written: ENOSPC'));
      await ask(url, 30);
      expect(errors().match(/is not written/g)).toHaveLength(1);
      child.kill('SIGTERM');
      const [code] = await once(child, 'exit');
      expect(code).toBe(0);
    },
  );

  test('that cannot be opened is told of at once, with the cause', () => {
    const path = join(folder(), 'missing', 'access.log');
    expect(() => openLog(path)).toThrow(
      expect.objectContaining({
        code: 'VIADUCT_E_LOG_FILE',
        message: expect.stringMatching(
          /the log file ".*access\.log" cannot be opened: ENOENT.*Create its folder/,
        ) as string,
      }) as Error,
    );
  });
});
