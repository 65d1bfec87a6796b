import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { run } from './step.mjs';

/**
 * Runs an installed command-line tool as a step, by its own entry file: the same on every system.
 *
 * @param {string} step
 * @param {string} name As on the command line: `tsc`.
 * @param {string} packageName Package that it comes in: `typescript`.
 * @param {readonly string[]} args
 * @param {string} folder Workspace folder that depends on it, and in which it runs.
 */
export async function runTool(step, name, packageName, args, folder = '.') {
  const cwd = join(root, folder);
  const installed = join(cwd, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  const file = typeof bin === 'string' ? bin : bin[name];
  await run(step, process.execPath, [join(installed, file), ...args], { cwd });
}
