import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative } from 'node:path';

/** What Viaduct has a bridge for, and what it takes as a native handler. */
export type Framework = 'fastify' | 'koa' | 'express' | 'http';

/** A file of an existing project that seems to hold an app. */
export interface FoundApp {
  /** Relative to the project, with `/`. */
  readonly file: string;
  readonly framework: Framework;
  /** Name of the export that seems to be the app; `undefined` when it exports none. */
  readonly exportName: string | undefined;
  /** It opens a port when it is loaded. */
  readonly listens: boolean;
}

/** How an app of each framework is made, in source text. */
const SIGNS: Readonly<Record<Framework, RegExp>> = {
  fastify: /\b[Ff]astify\s*(?:<[^>]*>)?\(/,
  koa: /\bnew\s+Koa\b/,
  express: /\bexpress\s*\(/,
  http: /\bcreateServer\s*\(/,
};
const FOLDERS = ['.', 'src', 'app', 'server', 'lib'];
const EXTENSIONS = new Set(['.ts', '.mts', '.js', '.mjs', '.cjs', '.cts']);

/**
 * Looks for apps in the places where projects keep them.
 *
 * @param dependencies Names in the project's `package.json`: only frameworks among them are looked for.
 */
export function findApps(project: string, dependencies: ReadonlySet<string>): FoundApp[] {
  const frameworks = (Object.keys(SIGNS) as Framework[]).filter(
    (framework) => framework === 'http' || dependencies.has(framework),
  );
  return FOLDERS.flatMap((folder) => sourcesIn(join(project, folder)))
    .map((file) => readApp(project, file, frameworks))
    .filter((app) => app !== undefined);
}

function sourcesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => EXTENSIONS.has(extname(name)) && !/\.(?:test|spec|config|d)\.[cm]?[jt]s$/.test(name))
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile());
}

function readApp(project: string, file: string, frameworks: readonly Framework[]): FoundApp | undefined {
  const source = readFileSync(file, 'utf8');
  const framework = frameworks.find((candidate) => SIGNS[candidate].test(source));
  if (framework === undefined) return undefined;
  return {
    file: relative(project, file).replaceAll('\\', '/'),
    framework,
    exportName: exportOf(source),
    listens: /\.listen\s*\(/.test(source),
  };
}

/** The names that apps go by, before any other. */
const USUAL = ['app', 'server', 'fastify', 'koa', 'handler', 'router'];

function exportOf(source: string): string | undefined {
  if (/\bexport\s+default\b|\bmodule\.exports\s*=/.test(source)) return 'default';
  const names = [...source.matchAll(/\bexport\s+(?:const|let|var|async\s+function|function)\s+(\w+)/g)].map(
    ([, name]) => name,
  );
  return USUAL.find((name) => names.includes(name)) ?? names[0];
}
