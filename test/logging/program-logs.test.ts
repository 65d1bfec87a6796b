import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';

const program = fileURLToPath(new URL('logs-program.mjs', import.meta.url));
const SETTINGS = { accessLog: 'json', logLevel: 'info' };

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  /** What stands on both outputs when it has ended. */
  stop(): Promise<{ readonly output: string[]; readonly errors: Record<string, unknown>[] }>;
}

async function run(settings: object): Promise<Running> {
  const args = [program, JSON.stringify({ ...SETTINGS, ...settings })];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  let errors = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [url] = (await once(child, 'message')) as [string];
  return {
    child,
    url,
    async stop() {
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      expect(await closed).toEqual([0, null]);
      const events = linesOf(errors).map((line) => JSON.parse(line) as Record<string, unknown>);
      return { output: linesOf(output), errors: events };
    },
  };
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

describe('The logs of the command', () => {
  test('by default answers stand on standard output, and failures and events on standard error, as JSON', async () => {
    const { url, stop } = await run({});
    await (await fetch(`${url}/a`)).text();
    await (await fetch(`${url}/broken`)).text();
    const { output, errors } = await stop();
    expect(output.map((line) => JSON.parse(line) as object)).toMatchObject([
      { name: 'access', target: '/a', status: 200 },
      { name: 'access', target: '/broken', status: 500, outcome: 'failed' },
    ]);
    expect(output.join('')).not.toContain('requestId');
    expect(errors).toMatchObject([
      { name: 'error', level: 50, msg: 'no database', application: 'broken', mounts: ['/broken'] },
      { name: 'viaduct', level: 30, msg: 'stopping', reason: 'SIGTERM' },
    ]);
  });

  test('accessLog: combined, with ids from requestIdHeader', async () => {
    const { url, stop } = await run({ accessLog: 'combined', requestIdHeader: 'x-trace' });
    const response = await fetch(`${url}/a`);
    await response.text();
    const { output } = await stop();
    expect(output).toHaveLength(1);
    expect(output[0]).toContain(`"GET /a HTTP/1.1" 200 5 `);
    expect(output[0]).toContain(`"${response.headers.get('x-trace')}" completed`);
  });

  test('accessLog: off, and logLevel leaves out what is below it', async () => {
    const { url, stop } = await run({ accessLog: 'off', logLevel: 'error' });
    await (await fetch(`${url}/broken`)).text();
    const { output, errors } = await stop();
    expect(output).toEqual([]);
    expect(errors.map(({ msg }) => msg)).toEqual(['no database']);
  });

  test('accessLogFile: a file, opened anew on SIGUSR2', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'viaduct-log-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'access.log');
    const { child, url, stop } = await run({ accessLogFile: path });
    await (await fetch(`${url}/first`)).text();
    await vi.waitFor(() => expect(readFileSync(path, 'utf8')).toContain('/first'));
    renameSync(path, `${path}.1`);
    child.kill('SIGUSR2');
    await vi.waitFor(() => expect(readFileSync(path, 'utf8')).toBe(''));
    await (await fetch(`${url}/second`)).text();
    const { output } = await stop();
    expect(output).toEqual([]);
    expect(readFileSync(path, 'utf8')).toContain('/second');
  });
});
