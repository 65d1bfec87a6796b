import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { type Exported, exportedOf, importsHttp } from './exported.js';
import { withoutComments } from './source-text.js';

/** What Viaduct has a bridge for, and what it takes as a native handler. */
export type Framework = 'fastify' | 'koa' | 'express' | 'http';

/** A file of an existing project that seems to hold an app. */
export interface FoundApp {
  /** Relative to the project, with `/`. */
  readonly file: string;
  readonly framework: Framework;
  /** What it exports that may be the app, the likeliest first. */
  readonly exported: readonly Exported[];
  /** What the app is called in the file; `undefined` when it has no name there. */
  readonly variable: string | undefined;
  /** It opens a port whenever it is loaded. */
  readonly listens: boolean;
  readonly isCommonJs: boolean;
}

/** How an app of each framework is made, in source text. */
const SIGNS: Readonly<Record<Framework, string>> = {
  fastify: String.raw`(?:\b[Ff]astify|require\(['"]fastify['"]\))\s*(?:<[^>]*>)?\(`,
  koa: String.raw`new\s+(?:Koa\b|\(\s*require\(['"]koa['"]\)\s*\))`,
  express: String.raw`(?:\bexpress|require\(['"]express['"]\))\s*\(`,
  http: String.raw`\bcreateServer\s*\(`,
};
/** The app that the generator of Fastify's projects writes: a plugin, which somebody else makes an instance for. */
const PLUGIN =
  /(?:module\.exports\s*=|export\s+default)\s*(?:fp\(\s*)?(?:async\s+)?function\s*\w*\s*\(\s*fastify\b/;
const PLUGIN_FILE = /^(?:src\/)?app\.[cm]?[jt]s$/;

const EXTENSIONS = new Set(['.ts', '.mts', '.js', '.mjs', '.cjs', '.cts']);
const IGNORED =
  /^(?:\..*|node_modules|dist|build|out|coverage|public|static|tests?|__tests__|specs?|examples?)$/;
/** Folders of sources within folders of sources. */
const DEPTH = 4;

/**
 * Looks for apps in a project's sources.
 *
 * @param dependencies Names in the project's `package.json`: only frameworks among them are looked for.
 */
export function findApps(project: string, dependencies: ReadonlySet<string>): FoundApp[] {
  const frameworks = frameworksIn(dependencies);
  return sourcesIn(project, DEPTH)
    .map((file) => readApp(project, file, frameworks))
    .filter((app) => app !== undefined);
}

/**
 * Reads a file that is said to hold an app, however that is made there.
 *
 * @returns `undefined` when there is no such file, or nothing that tells of what framework its app is.
 */
export function readNamedApp(
  project: string,
  name: string,
  dependencies: ReadonlySet<string>,
): FoundApp | undefined {
  const file = join(project, name);
  if (!existsSync(file) || !statSync(file).isFile()) return undefined;
  const frameworks = frameworksIn(dependencies);
  const source = withoutComments(readFileSync(file, 'utf8'));
  const imported = frameworks.find((framework) =>
    framework === 'http' ? importsHttp(source) : new RegExp(`['"]${framework}['"]`).test(source),
  );
  const [only, another] = frameworks.filter((framework) => framework !== 'http');
  const framework = imported ?? (another === undefined ? only : undefined);
  return readApp(project, file, frameworks) ?? (framework && appOf(project, file, source, framework));
}

function frameworksIn(dependencies: ReadonlySet<string>): Framework[] {
  const names = Object.keys(SIGNS) as Framework[];
  return names.filter((name) => name === 'http' || dependencies.has(name));
}

/** Those of a folder before those of the folders in it. */
function sourcesIn(folder: string, depth: number): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((left, right) =>
    left.name < right.name ? -1 : 1,
  );
  const files = entries.filter(
    ({ name }) => EXTENSIONS.has(extname(name)) && !/\.(?:test|spec|config|d)\.[cm]?[jt]s$/.test(name),
  );
  const folders = entries.filter((entry) => entry.isDirectory() && !IGNORED.test(entry.name));
  return [
    ...files.filter((entry) => entry.isFile()).map(({ name }) => join(folder, name)),
    ...(depth === 0 ? [] : folders.flatMap(({ name }) => sourcesIn(join(folder, name), depth - 1))),
  ];
}

function readApp(project: string, file: string, frameworks: readonly Framework[]): FoundApp | undefined {
  const source = withoutComments(readFileSync(file, 'utf8'));
  const framework = frameworks.find((candidate) => hasSign(source, candidate));
  if (framework !== undefined) return appOf(project, file, source, framework);
  const isPlugin = frameworks.includes('fastify') && PLUGIN.test(source);
  const app = isPlugin ? appOf(project, file, source, 'fastify') : undefined;
  return app !== undefined && PLUGIN_FILE.test(app.file) ? app : undefined;
}

function hasSign(source: string, framework: Framework): boolean {
  return new RegExp(SIGNS[framework]).test(source) && (framework !== 'http' || importsHttp(source));
}

function appOf(project: string, file: string, source: string, framework: Framework): FoundApp {
  const made = new RegExp(
    String.raw`\b(?:const|let|var)\s+(\w+)\s*(?::[^=]+)?=\s*(?:await\s+)?(?:\w+\.)?(?:${SIGNS[framework]})`,
  );
  const variable = made.exec(source)?.[1];
  return {
    file: relative(project, file).replaceAll('\\', '/'),
    framework,
    variable,
    exported: exportedOf(source, framework, variable),
    listens: /\.listen\s*\(/.test(source) && !GUARD.test(source),
    isCommonJs: /\bmodule\.exports\b|\brequire\s*\(/.test(source),
  };
}

/** What asks whether a module is the program itself. */
const GUARD = /\brequire\.main\b|\bimport\.meta\.main\b|\bprocess\.argv\[1\]/;
