import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, parse, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { CommandError } from '../command-error.js';
import { readSyntaxError } from '../loading/syntax-error.js';
import { rootCause } from '../root-cause.js';

/** Why an application does not run, and where in the user's code. */
export interface Failure {
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** The lines around it, numbered, with the one at fault marked. */
  readonly frame?: string;
  readonly stack?: string;
  /** The module that is not there, by the path that it was looked for at. */
  readonly missing?: string;
}

/** Finds the place in the user's own code that an error speaks of: in its message (compilers) or its stack. */
export function toFailure(error: unknown): Failure {
  const innermost = rootCause(error);
  if (!(innermost instanceof Error)) return { message: `it threw ${inspect(innermost)}` };
  // That of a message of ours leads nowhere.
  const stack = innermost instanceof CommandError ? undefined : (innermost.stack ?? '');
  const message = readSyntaxError(innermost.message)?.message ?? (innermost.message || innermost.name);
  const place = placeIn(`${innermost.message}\n${stack ?? ''}`) ?? importerIn(innermost.message);
  const missing = missingIn(innermost.message);
  return {
    message,
    ...(missing === undefined ? {} : { missing }),
    ...(stack === undefined ? {} : { stack }),
    ...place,
    ...(place === undefined ? {} : frameOf(place)),
  };
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
}

const PLACE = /((?:file:\/\/)?(?:\/|[A-Z]:\\)[^\s():]+(?::(?!\d)[^\s():]+)*):(\d+)(?::(\d+))?/g;

function placeIn(text: string): Place | undefined {
  for (const [, location = '', line = '1', column] of text.matchAll(PLACE)) {
    const file = location.startsWith('file://') ? fileURLToPath(location.replace(/\?.*$/, '')) : location;
    if (file.includes('/node_modules/') || isOwn(file) || !existsSync(file)) continue;
    return { file, line: Number(line), ...(column === undefined ? {} : { column: Number(column) }) };
  }
  return undefined;
}

/** A file: packages are installed, and not written. `import` names its path, `require` what is written and where. */
function missingIn(message: string): string | undefined {
  const [, missing = '', requiredBy = ''] =
    /^Cannot find module '([^']+)'(?:\nRequire stack:\n- (.+))?/.exec(message) ?? [];
  if (isAbsolute(missing)) return missing;
  return missing.startsWith('.') && requiredBy !== '' ? resolve(dirname(requiredBy), missing) : undefined;
}

/** Who imports what there is not: Node's own stack names only Node. */
function importerIn(message: string): Place | undefined {
  const [, missing = '', file = ''] =
    /^Cannot find (?:module|package) '([^']+)' imported from (.+)$/m.exec(message) ?? [];
  if (file.includes('/node_modules/') || !existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split(/\r?\n/);
  const index = lines.findIndex((text) =>
    specifiersIn(text).some((specifier) => isFor(specifier, missing, file)),
  );
  // Through an alias, or with another extension, it is written in other words.
  const { name } = parse(missing);
  const line = index === -1 ? lines.findIndex((text) => specifiersIn(text).join().includes(name)) : index;
  return line === -1 ? undefined : { file, line: line + 1 };
}

/** Whatever stands in quotes. */
function specifiersIn(text: string): string[] {
  return [...text.matchAll(/(['"`])(.+?)\1/g)].map(([, , specifier = '']) => specifier);
}

/** Node names a package without the path in it, and a file by its absolute path. */
function isFor(specifier: string, missing: string, importer: string): boolean {
  if (specifier === missing || specifier.startsWith(`${missing}/`)) return true;
  return specifier.startsWith('.') && resolve(dirname(importer), specifier) === missing;
}

/** Frames of this package say nothing of the user's code. */
function isOwn(file: string): boolean {
  return file.startsWith(fileURLToPath(new URL('..', import.meta.url)));
}

const AROUND = 3;

function frameOf({ file, line, column }: Place): { readonly frame?: string } {
  const lines = readFileSync(file, 'utf8').split(/\r?\n/);
  const first = Math.max(1, line - AROUND);
  const last = Math.min(lines.length, line + AROUND);
  const width = String(last).length;
  const frame = lines.slice(first - 1, last).flatMap((text, index) => {
    const number = first + index;
    const numbered = `${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${text}`;
    if (number !== line || column === undefined) return numbered;
    return [numbered, `  ${' '.repeat(width)} | ${' '.repeat(Math.max(0, column - 1))}^`];
  });
  return { frame: frame.join('\n') };
}

/** A failure, to be read on a terminal. */
export function failureText(failure: Failure, title: string): string {
  const { message, file, line, column, frame, stack } = failure;
  const place =
    file === undefined ? '' : `  at ${[file, line, column].filter((part) => part !== undefined).join(':')}`;
  return [title, message, place, frame ?? stack ?? ''].filter((part) => part !== '').join('\n');
}
