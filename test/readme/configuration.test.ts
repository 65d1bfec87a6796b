import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { Folder } from '../command/viaduct.js';

it('docs/configuration.md says what the settings of the command are (else: node scripts/configuration.mjs)', async () => {
  const script = fileURLToPath(new URL('../../scripts/configuration.mjs', import.meta.url));
  const { stderr } = await promisify(execFile)(process.execPath, [script, '--check']);
  expect(stderr).toBe('');
});

it('permissions are printed as they are written, by --help and by viaduct config', async () => {
  const folder = new Folder();
  try {
    expect((await folder.run(['serve', '--help'])).stdout).toContain('in octal (660)');
    expect((await folder.run(['config', '--socket-mode', '600'])).stdout).toMatch(/^socketMode +600 /m);
  } finally {
    folder.remove();
  }
});
