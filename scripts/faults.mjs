/** `npm run faults`: installs what is missing, builds, and throws faults at a gateway; arguments (`-- --seconds 60 --seed 7`) are passed on. */
import { join } from 'node:path';
import { build } from './build.mjs';
import { install } from './install.mjs';
import { requireNodeVersion } from './node-version.mjs';
import { root } from './root.mjs';
import { announce, main, run } from './step.mjs';

requireNodeVersion();
await main(async () => {
  await install();
  await build('test/faults');
  announce('faults');
  const args = ['run', '--silent', 'faults', '--', ...process.argv.slice(2)];
  await run('faults', 'npm', args, { cwd: join(root, 'test/faults') });
});
