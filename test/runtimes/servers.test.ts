import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isInstalled, RUNTIMES } from './runtimes.js';

const SERVER = fileURLToPath(new URL('dist/runtimes/src/server.js', import.meta.url));
const SERVING = RUNTIMES.filter(({ name }) => name === 'Bun' || name === 'Deno');

describe.each(SERVING.map((runtime) => [runtime.name, runtime] as const))(
  'the server of %s',
  (name, runtime) => {
    if (!isInstalled(runtime.command)) {
      it(`is left out: ${name} is installed as an npm package for Linux on x64 alone`, () => undefined);
      return;
    }

    let child: ChildProcess | undefined;
    let url = '';

    beforeAll(async () => {
      child = spawn(runtime.command, [...runtime.arguments, SERVER], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
        const port = /^port (\d+)$/.exec(line)?.[1];
        if (port === undefined) continue;
        url = `http://localhost:${port}`;
        break;
      }
    });

    afterAll(async () => {
      if (child?.exitCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    });

    it('runs a Koa app', async () => {
      const response = await fetch(`${url}/shop?q=1`);
      expect(response.headers.getSetCookie()).toEqual(['a=1; path=/; httponly']);
      expect(await response.json()).toEqual({
        app: 'koa',
        path: '/shop',
        href: `${url}/shop?q=1`,
        runtime: 'object',
      });
    });

    it('runs a Fastify app, mounted', async () => {
      const response = await fetch(`${url}/api/echo`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ a: 1 }),
      });
      expect(await response.json()).toEqual({ app: 'fastify', body: { a: 1 }, url: '/api/echo' });
    });
  },
);
