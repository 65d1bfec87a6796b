/** `npm test`: installs what is missing, builds, checks and runs every test; `npm test -- name` runs those whose file names match. */
import { build } from './build.mjs';
import { install } from './install.mjs';
import { requireNodeVersion } from './node-version.mjs';
import { announce, main, StepError } from './step.mjs';
import { runTool } from './tool.mjs';

const CHECKS = [
  ['type-check the tests', 'tsc', 'typescript', ['-p', 'test']],
  ['lint', 'oxlint', 'oxlint', ['--deny-warnings']],
  ['format', 'oxfmt', 'oxfmt', ['--check']],
  ['test', 'vitest', 'vitest', ['run', ...process.argv.slice(2)], 'test'],
];

requireNodeVersion();
await main(async () => {
  await install();
  await build('.');
  const failures = [];
  for (const check of CHECKS) await attempt(check, failures);
  if (failures.length > 0) throw new StepError(failures.map(({ step }) => step).join(', '), 1);
  announce('all passed');
});

/** The checks do not rest on each other: one run tells all that is wrong. */
async function attempt(check, failures) {
  const [step] = check;
  announce(step);
  try {
    await runTool(...check);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    failures.push(error);
  }
}
