import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-code.js';

const TEMPLATE = new URL('../../templates/project/', import.meta.url);

/** npm leaves a file `.gitignore` out of packages. */
const WRITTEN_AS: Readonly<Record<string, string>> = { gitignore: '.gitignore' };

/**
 * Writes a project that runs as it is.
 *
 * @param folder Absolute path; made when it is missing.
 * @returns The files, in the order of their names.
 * @throws {CommandError} When the folder holds anything but what a new repository has, or cannot be written; it says what
 * stands there then.
 */
export async function writeProject(folder: string): Promise<string[]> {
  await refuseOccupied(folder);
  const values = { name: packageNameOf(folder), version: await ownVersion() };
  const written: string[] = [];
  try {
    await mkdir(folder, { recursive: true });
    for (const name of (await readdir(TEMPLATE)).toSorted()) {
      const text = await readFile(new URL(name, TEMPLATE), 'utf8');
      const target = WRITTEN_AS[name] ?? name;
      if (existsSync(join(folder, target))) continue;
      await writeFile(join(folder, target), fill(text, values), { flag: 'wx' });
      written.push(target);
    }
  } catch (error) {
    const left =
      written.length === 0 ? 'Nothing was written' : `Only these were written: ${written.join(', ')}`;
    const message = `the project could not be written: ${(error as Error).message}. ${left}.`;
    throw new CommandError(EXIT.fault, message, { cause: error });
  }
  return written;
}

/** What `git init` and the pages that hosts of repositories make leave behind. */
const HARMLESS = new Set(['.git', '.gitignore', '.gitattributes', 'LICENSE', 'README.md', '.DS_Store']);

async function refuseOccupied(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory()) {
    throw new CommandError(EXIT.usage, `${folder} is a file. Name a folder: viaduct init my-app`);
  }
  const [first] = (await readdir(folder)).filter((name) => !HARMLESS.has(name));
  if (first === undefined) return;
  throw new CommandError(
    EXIT.usage,
    `${folder} is not empty: it holds ${first}. Name another folder (viaduct init my-app), or add Viaduct to what is there: viaduct init --into ${folder}`,
  );
}

/** By the rules for names of packages: `My App` → `my-app`. */
function packageNameOf(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9-_.]+/g, '-')
    .replace(/^[-_.]+|-+$/g, '');
  return name === '' ? 'my-app' : name;
}

async function ownVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (whole, key: string) => values[key] ?? whole);
}
