import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('A8.126 a program whose mount fails to start ends with an error that names mount and cause', async () => {
  const program = fileURLToPath(new URL('start-failure.mjs', import.meta.url));
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [printed, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect(code).toBe(1);
  expect(printed).toContain('VIADUCT_E_START');
  expect(printed).toContain('mount "/broken"');
  expect(printed).toContain('no database');
});
