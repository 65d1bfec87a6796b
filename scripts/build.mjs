import { removeStaleOutput } from './stale-output.mjs';
import { announce } from './step.mjs';
import { runTool } from './tool.mjs';

/**
 * Compiles projects and all that they refer to, as far as they have changed.
 *
 * @param {readonly string[]} projects Folders with a tsconfig.json.
 */
export async function build(...projects) {
  announce('build');
  removeStaleOutput();
  await runTool('build', 'tsc', 'typescript', ['-b', ...projects]);
}
