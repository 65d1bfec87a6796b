/** `npm run soak`: installs what is missing, builds, and runs the soak; arguments (`-- --count 100000`) are passed on. */
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
  announce('soak');
  const args = ['run', '--silent', 'soak', '--', ...process.argv.slice(2)];
  await run('soak', 'npm', args, { cwd: join(root, 'test/faults') });
});
