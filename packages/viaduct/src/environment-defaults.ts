import { env } from 'node:process';
import { ViaductTypeError } from '@viaduct/core';

/** A default, and who has set it. */
interface Default {
  readonly value: string;
  readonly place: string;
}

/** Registered, so that two copies of this package in one process know of each other's. */
const SET: unique symbol = Symbol.for('viaduct.1.environment-defaults');
const store = globalThis as { [SET]?: Map<string, Default> };

/**
 * Gives variables of the environment a value where they have none: what an application needs to run as it is,
 * said in its own file.
 *
 * `setDefaults({ DATABASE_URL: 'postgres://localhost/shop', MAIL: 'off' })` at the top of `application.ts`, in a module
 * that is imported before those that read them.
 *
 * What the environment itself says wins, and nothing is wrong then. But the applications of one process share its
 * environment: when two of them want different values for one variable, the second would silently run with the
 * first one's, its database for example.
 *
 * @throws {ViaductTypeError} `VIADUCT_E_DEFAULT` when another file has set another value, naming both;
 * `VIADUCT_E_OPTION` for a value that is no text. Nothing has been set then.
 */
export function setDefaults(defaults: Readonly<Record<string, string>>): void {
  const set = (store[SET] ??= new Map());
  const place = callerOf(setDefaults);
  for (const [name, value] of Object.entries(defaults)) check(name, value, set.get(name), place);
  for (const [name, value] of Object.entries(defaults)) {
    if (env[name] !== undefined) continue;
    env[name] = value;
    set.set(name, { value, place });
  }
}

function check(name: string, value: unknown, earlier: Default | undefined, place: string): void {
  if (typeof value !== 'string') {
    throw new ViaductTypeError(
      'VIADUCT_E_OPTION',
      `setDefaults: ${name} is ${String(value)}. Variables of the environment are texts: write '${String(value)}'.`,
    );
  }
  // Whoever has changed it since has decided.
  if (earlier === undefined || earlier.value === value || env[name] !== earlier.value) return;
  throw new ViaductTypeError(
    'VIADUCT_E_DEFAULT',
    `setDefaults: ${place} wants ${name} to be ${JSON.stringify(value)}, and ${earlier.place} has set it to ` +
      `${JSON.stringify(earlier.value)}. All applications of a process share its environment: give each a variable of its own, ` +
      'hand the value to its factory as an argument, or set the variable in the environment for both.',
  );
}

/** The file and line that called a function. */
function callerOf(callee: (...values: never[]) => unknown): string {
  const trace: { stack?: string } = {};
  Error.captureStackTrace(trace, callee);
  const frame = /\n\s+at (?:.* \()?(?:file:\/\/)?(.+:\d+):\d+/.exec(trace.stack ?? '');
  return frame?.[1] ?? 'an application';
}
