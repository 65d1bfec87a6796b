import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('SPEC.md says what the comments of the checks say (else: node scripts/spec.mjs)', async () => {
  const script = new URL('../../scripts/spec.mjs', import.meta.url).pathname;
  const { stderr } = await promisify(execFile)(process.execPath, [script, '--check']);
  expect(stderr).toBe('');
});
