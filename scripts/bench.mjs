/**
 * `npm run bench`: installs what is missing, builds, and runs every benchmark, that of HTTP servers first, and prints the
 * table of goals. With arguments it runs that of HTTP servers alone, to which they are passed on.
 */
import { join } from 'node:path';
import { build } from './build.mjs';
import { install } from './install.mjs';
import { requireNodeVersion } from './node-version.mjs';
import { root } from './root.mjs';
import { announce, main, run } from './step.mjs';

const OTHERS = [
  'bench:web-face',
  'bench:import',
  'bench:memory',
  'bench:hot',
  'bench:cold',
  'bench:live',
  'bench:workers',
  'bench:micro',
];

requireNodeVersion();
await main(async () => {
  await install();
  await build('bench');
  const args = process.argv.slice(2);
  await runScript('bench', args);
  if (args.length > 0) return;
  for (const script of OTHERS) await runScript(script);
  await runScript('bench', ['--goals']);
});

async function runScript(script, args = []) {
  announce([script, ...args].join(' '));
  await run(script, 'npm', ['run', '--silent', script, '--', ...args], { cwd: join(root, 'bench') });
}
