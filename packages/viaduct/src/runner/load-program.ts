import { pathToFileURL } from 'node:url';
import type { Program } from './program.js';

/** STAND-IN until the command's loader lands. */
export async function loadProgram(module: string | undefined): Promise<Program> {
  const exports = (await import(pathToFileURL(module ?? 'application.mjs').href)) as {
    application: Program['application'];
  };
  return { application: exports.application, options: {} };
}
