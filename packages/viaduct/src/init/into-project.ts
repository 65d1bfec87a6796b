import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-code.js';
import { applicationSource, type Mounting, packagesOf } from './application-source.js';
import { findApps, type FoundApp } from './found-app.js';

/** An existing project, as far as it matters here. */
export interface Project {
  readonly folder: string;
  readonly dependencies: ReadonlySet<string>;
  readonly isTypeScript: boolean;
  readonly apps: readonly FoundApp[];
}

/**
 * Reads an existing project.
 *
 * @throws {CommandError} When the folder has no readable `package.json`, or an application file already.
 */
export function readProject(folder: string): Project {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) {
    throw new CommandError(
      EXIT.usage,
      `There is no package.json in ${folder}. --into takes the folder of a project.`,
    );
  }
  const names = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((extension) => `application.${extension}`);
  const taken = names.find((name) => existsSync(join(folder, name)));
  if (taken !== undefined) {
    throw new CommandError(
      EXIT.usage,
      `${folder} has ${taken} already. It is left as it is; move it away to make a new one.`,
    );
  }
  const { dependencies = {}, devDependencies = {} } = readManifest(manifest);
  const packages = new Set([...Object.keys(dependencies), ...Object.keys(devDependencies)]);
  return {
    folder,
    dependencies: packages,
    isTypeScript: packages.has('typescript') || existsSync(join(folder, 'tsconfig.json')),
    apps: findApps(folder, packages),
  };
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly type?: string;
}

function readManifest(file: string): Manifest {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  } catch (error) {
    throw new CommandError(EXIT.usage, `${file} is no JSON: ${(error as Error).message}`);
  }
}

/**
 * Writes the application file, and nothing else.
 *
 * @returns Its name.
 */
export async function writeApplication(project: Project, mountings: readonly Mounting[]): Promise<string> {
  const isModule = readManifest(join(project.folder, 'package.json')).type === 'module';
  const plain = isModule ? 'application.js' : 'application.mjs';
  const name = project.isTypeScript ? 'application.ts' : plain;
  await writeFile(join(project.folder, name), applicationSource(mountings, project.isTypeScript), {
    flag: 'wx',
  });
  return name;
}

/** The packages that the application file imports and the project does not have. */
export function missingPackages({ dependencies }: Project, mountings: readonly Mounting[]): string[] {
  return [...packagesOf(mountings)].filter((name) => !dependencies.has(name));
}
