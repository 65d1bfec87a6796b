import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { CommandError } from '../command-error.js';
import type { ExitCode } from '../exit-code.js';
import { readSyntaxError } from './syntax-error.js';
import { enableTypeScript } from './typescript.js';

/**
 * Imports a user's module: JavaScript of either kind, JSON, or TypeScript.
 *
 * @param file Absolute path.
 * @throws {CommandError} With `exitCode`, when it is missing or fails: the message has the place in the user's code.
 */
export async function importModule(
  file: string,
  exitCode: ExitCode,
): Promise<Readonly<Record<string, unknown>>> {
  const shown = relative(process.cwd(), file);
  if (!existsSync(file)) throw new CommandError(exitCode, `There is no file ${shown}.`);
  const url = pathToFileURL(file).href;
  try {
    await enableTypeScript();
    if (!file.endsWith('.json')) return namesOf((await import(url)) as Record<string, unknown>);
    return (await import(url, { with: { type: 'json' } })) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new CommandError(exitCode, `${shown} failed to load: ${describe(error)}`, { cause: error });
  }
}

/** Of a CommonJS module, `import()` may know the default export alone, which holds the others. */
function namesOf(module: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { default: whole } = module;
  const isCommonJs =
    typeof whole === 'object' && whole !== null && ('__esModule' in whole || 'module.exports' in module);
  return isCommonJs ? { ...module, ...whole } : module;
}

/** The message, and the first place in the user's own code that the stack knows. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return `it threw ${inspect(error)}`;
  const syntaxError = readSyntaxError(error.message);
  const { message, place } = syntaxError ?? { message: error.message, place: placeOf(error.stack ?? '') };
  return place === undefined || message.includes(place) ? message : `${message}\n    at ${place}`;
}

function placeOf(stack: string): string | undefined {
  for (const line of stack.split('\n')) {
    // Not the "/process/task_queues" of "node:internal/process/task_queues".
    const [, location] = /(?:^|[\s(])((?:file:\/\/)?\/[^()]+:\d+(?::\d+)?)/.exec(line) ?? [];
    if (location === undefined || location.includes('/node_modules/')) continue;
    return location.startsWith('file://') ? fileURLToPath(location) : location;
  }
  return undefined;
}
