import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { isInstalled, type Runtime, RUNTIMES } from './runtimes.js';

const PORTABLE = fileURLToPath(new URL('dist/runtimes/src/portable.js', import.meta.url));
const run = promisify(execFile);

async function suite(runtime: Runtime, face: 'web' | 'node'): Promise<string> {
  const except = JSON.stringify(face === 'node' ? runtime.except : {});
  const result = await run(runtime.command, [...runtime.arguments, PORTABLE, face, except], {
    env: { ...process.env, NO_COLOR: '1' },
    maxBuffer: 64 * 1024 * 1024,
  }).catch((error: { stdout: string; stderr: string }) => error);
  return result.stdout + result.stderr;
}

describe.each(RUNTIMES.map((runtime) => [runtime.name, runtime] as const))('%s', (name, runtime) => {
  if (!isInstalled(runtime.command)) {
    it(`is left out: ${name} is installed as an npm package for Linux on x64 alone`, () => undefined);
    return;
  }

  it.each(['web', 'node'] as const)(
    'passes the conformance suite on the %s face',
    { timeout: 120_000 },
    async (face) => {
      const output = await suite(runtime, face);
      expect(output).toMatch(/^\d{3,} passed, 0 failed$/m);
    },
  );
});
