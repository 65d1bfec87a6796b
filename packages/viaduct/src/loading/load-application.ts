import { relative } from 'node:path';
import { inspect } from 'node:util';
import type { Application } from '@viaduct/core';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-code.js';
import { bridge, type ExportKind } from './bridge.js';
import { findModule } from './find-module.js';
import { importModule } from './import-module.js';

export interface LoadOptions {
  /** Folder that relative paths begin at. */
  readonly cwd: string;
  /** What a factory gets. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface LoadedApplication {
  readonly application: Application;
  /** The module that it came from. */
  readonly file: string;
  readonly exportName: string;
  readonly kind: ExportKind;
}

/** What is looked for where no export is named, in this order. */
const EXPORTS = ['application', 'createApplication', 'default'];

/** What functions are called that make an application, and are none. */
const FACTORY = /^create[A-Z]/;

/**
 * Loads an application: `application.ts#admin`, or what is found without a name.
 *
 * The export is what {@link bridge} takes, or a promise of it, or, under the name `createApplication` or another that
 * begins with `create`, a function that gets the settings and returns it.
 *
 * @throws {CommandError} With exit code 4 when the module is missing, fails, or exports no application.
 */
export async function loadApplication(
  specifier: string | undefined,
  { cwd, settings = {} }: LoadOptions,
): Promise<LoadedApplication> {
  const { file, exportName: wanted } = findModule(specifier, cwd);
  const exports = await importModule(file, EXIT.load);
  const shown = relative(cwd, file);
  const exportName = wanted ?? EXPORTS.find((name) => exports[name] !== undefined);
  if (exportName === undefined || exports[exportName] === undefined) {
    throw new CommandError(EXIT.load, describeMissing(shown, wanted, Object.keys(exports)));
  }
  const value = await take(exports[exportName], exportName, settings, shown);
  const bridged = await bridge(value, file);
  if (bridged !== undefined) return { ...bridged, file, exportName };
  throw new CommandError(
    EXIT.load,
    `${shown}: the export "${exportName}" is ${describe(value)}, and no application. Export what createDispatcher ` +
      'returns, a { fetch } object, a Fastify instance, a Koa or Express app, a server of node:http, or a function (req, res).',
  );
}

async function take(
  value: unknown,
  exportName: string,
  settings: Readonly<Record<string, unknown>>,
  shown: string,
): Promise<unknown> {
  const isFactory = FACTORY.test(exportName) && typeof value === 'function';
  try {
    return await (isFactory ? (value as (settings: object) => unknown)(settings) : value);
  } catch (error) {
    const message = error instanceof Error ? error.message : `it threw ${inspect(error)}`;
    throw new CommandError(EXIT.load, `${shown}: "${exportName}" failed: ${message}`, { cause: error });
  }
}

function describeMissing(shown: string, wanted: string | undefined, names: readonly string[]): string {
  const list = names.length === 0 ? 'It exports nothing.' : `It exports ${names.join(', ')}.`;
  const fault =
    wanted === undefined ? 'exports neither "application" nor a default' : `has no export "${wanted}"`;
  const [first] = names;
  const named = first === undefined ? '' : `Name one, ${shown}#${first}, or write`;
  return `${shown} ${fault}. ${list} ${named || 'Write'} export const application = createDispatcher({ … }).`;
}

function describe(value: unknown): string {
  if (value === null || typeof value !== 'object')
    return typeof value === 'string' ? 'a text' : String(value);
  return `an object with the keys ${Object.keys(value).slice(0, 5).join(', ') || '(none)'}`;
}
