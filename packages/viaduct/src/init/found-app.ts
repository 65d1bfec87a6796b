import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { type Exports, exportsOf } from './exported.js';
import { type Framework, FRAMEWORKS, hasSign, importsHttp, variableIn } from './framework.js';
import { withoutComments } from './source-text.js';

/** A file of an existing project that seems to hold an app. */
export interface FoundApp extends Exports {
  /** Relative to the project, with `/`. */
  readonly file: string;
  readonly framework: Framework;
  /** What the app is called in the file; `undefined` when it has no name there, or one within a function. */
  readonly variable: string | undefined;
  /** It opens a port whenever it is loaded. */
  readonly listens: boolean;
  readonly isCommonJs: boolean;
}

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
  return FRAMEWORKS.filter((name) => name === 'http' || dependencies.has(name));
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

function appOf(project: string, file: string, source: string, framework: Framework): FoundApp {
  const variable = variableIn(source, framework);
  return {
    file: relative(project, file).replaceAll('\\', '/'),
    framework,
    variable,
    ...exportsOf(source, framework, variable),
    listens: /\.listen\s*\(/.test(source) && !GUARD.test(source),
    isCommonJs: /\bmodule\.exports\b|\brequire\s*\(/.test(source) && !MODULE.test(source),
  };
}

/** What stands in no CommonJS module: one of the other kind may still have a `require`, made by `createRequire`. */
const MODULE = /^\s*(?:import\s*[\w{*'"]|export\b)/m;

/** What asks whether a module is the program itself. */
const GUARD = /\brequire\.main\b|\bimport\.meta\.main\b|\bprocess\.argv\[1\]/;
