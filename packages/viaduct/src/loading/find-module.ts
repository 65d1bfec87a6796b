import { existsSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-code.js';

/** Where an application is: `application.ts#admin` → the file, and the export `admin`. */
export interface ModulePlace {
  readonly file: string;
  /** What stands behind `#`; without one, `application`, `createApplication` and the default export are looked for. */
  readonly exportName: string | undefined;
}

const EXTENSIONS = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'];
const FOLDERS = ['.', 'src'];

/**
 * Finds the file that a specifier names: with its extension or without it, absolute or below `cwd`; without a
 * specifier `application.ts` (or `.mts`, `.js`, `.mjs`, `.cjs`), then the same in `src`.
 *
 * @throws {CommandError} With exit code 4, naming what was looked for.
 */
export function findModule(specifier: string | undefined, cwd: string): ModulePlace {
  if (specifier === undefined) return { file: findDefault(cwd), exportName: undefined };
  const [path = '', exportName] = specifier.split('#', 2);
  const whole = resolve(cwd, path);
  const candidates = [whole, ...EXTENSIONS.map((extension) => `${whole}.${extension}`)];
  const file = candidates.find((candidate) => existsSync(candidate) && statSync(candidate).isFile());
  if (file !== undefined) return { file, exportName: exportName === '' ? undefined : exportName };
  throw new CommandError(
    EXIT.load,
    `There is no module ${path} in ${cwd}. Write the path of the file that exports your application.`,
  );
}

function findDefault(cwd: string): string {
  const candidates = FOLDERS.flatMap((folder) =>
    EXTENSIONS.map((extension) => join(cwd, folder, `application.${extension}`)),
  );
  const file = candidates.find((candidate) => existsSync(candidate));
  if (file !== undefined) return file;
  const [first = ''] = candidates;
  throw new CommandError(
    EXIT.load,
    `There is no ${relative(cwd, first)} in ${cwd}, nor in src. Name the module of your application ` +
      '(viaduct serve server.ts#app), or begin one with viaduct init.',
  );
}
