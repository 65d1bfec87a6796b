import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

/** Runs one of the programs, as `npm run` does. */
async function program(name: 'faults' | 'soak', ...args: readonly string[]): Promise<string> {
  const file = fileURLToPath(new URL(`dist/faults/src/${name}/main.js`, import.meta.url));
  try {
    return (await run(process.execPath, [file, ...args])).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${stdout}\n${stderr}`, { cause: error });
  }
}

it(
  'B1, B2, B4, B5, D1, H9, L1, L3, L4, L5, L7, L8, N15, W8, W9: under faults and hostile clients the process lives, every good request gets its own answer, and nothing is left behind',
  { timeout: 90_000 },
  async () => {
    const args = [
      '--seconds',
      '4',
      '--seed',
      '5',
      '--resets',
      '12',
      '--lorises',
      '60',
      '--connections',
      '300',
    ];
    expect(await program('faults', ...args)).toMatch(/every promise held\n$/);
  },
);

it(
  'L10, L11, A7.124: after 12,000 requests with errors and aborts heap, handles and listeners are what they were',
  { timeout: 120_000 },
  async () => {
    const args = ['--count', '12000', '--checkpoint', '6000', '--idle', '2000'];
    const told = await program('soak', ...args);
    expect(told).toMatch(/10,800 answers right, 0 wrong, 0 that belong to another request/);
    expect(told).toMatch(/every promise held\n$/);
  },
);

it('the programs refuse what they do not know', async () => {
  await expect(program('faults', '--seed', 'x')).rejects.toThrow('--seed x is no whole number');
  await expect(program('soak', '--sped', '1')).rejects.toThrow("Unknown option '--sped'");
});
