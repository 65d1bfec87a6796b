/** `npm run bench`: installs what is missing, builds, and runs the benchmark; arguments are passed on. */
import { join } from 'node:path';
import { build } from './build.mjs';
import { install } from './install.mjs';
import { requireNodeVersion } from './node-version.mjs';
import { root } from './root.mjs';
import { announce, main, run } from './step.mjs';

requireNodeVersion();
await main(async () => {
  await install();
  await build('bench');
  announce('bench');
  const args = ['run', '--silent', 'bench', '--', ...process.argv.slice(2)];
  await run('bench', 'npm', args, { cwd: join(root, 'bench') });
  // Arguments choose contenders of the first part alone.
  if (process.argv.length > 2) return;
  await run('bench', 'npm', ['run', '--silent', 'bench:web-face'], { cwd: join(root, 'bench') });
});
