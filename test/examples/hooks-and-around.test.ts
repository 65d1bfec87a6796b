import { once } from 'node:events';
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it, vi } from 'vitest';

let child: ChildProcess | undefined;
const lines: string[] = [];
afterEach(async () => {
  if (child?.exitCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  lines.length = 0;
});

/** Starts a built example on a free port, and gives its address. */
async function start(name: string): Promise<string> {
  const main = new URL(`../../examples/${name}/dist/main.js`, import.meta.url);
  child = spawn(process.execPath, [main.pathname], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  output.on('line', (line) => lines.push(line));
  const [first] = (await once(output, 'line')) as [string];
  return first.replace('Listening on ', '');
}

describe('the example hooks', () => {
  it('gives both apps one request id, both answers its headers, and logs each end', async () => {
    const url = await start('hooks');
    for (const path of ['/', '/api']) {
      const response = await fetch(url + path, { headers: { 'x-request-id': 'mine' } });
      expect(await response.text()).toContain('mine');
      expect(response.headers.get('x-request-id')).toBe('mine');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    }
    await vi.waitFor(() => expect(lines).toHaveLength(3));
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(/^mine http:\/\/localhost:\d+\/ 200 completed [\d.]+ ms$/),
      expect.stringMatching(/^mine http:\/\/localhost:\d+\/api 200 completed [\d.]+ ms$/),
    ]);
  });
});

describe('the example around', () => {
  it('puts the banner into the pages of the shop, and leaves the API alone', async () => {
    const url = await start('around');
    const page = await fetch(url);
    expect(await page.text()).toBe(
      '<!doctype html><title>Shop</title><body><p role="status">We move on Sunday from 2 to 4.</p><h1>Shop</h1></body>',
    );
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const api = await fetch(`${url}/api`);
    expect(await api.json()).toEqual({ app: 'api' });
  });
});
