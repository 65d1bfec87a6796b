import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './root.mjs';
import { announce, run } from './step.mjs';

/** Installs what the lockfile names, unless it is there already. Changes no file that git knows. */
export async function install() {
  if (isInstalled()) return;
  const [command, ...args] = pnpmCommand();
  announce(`install (${[command, ...args].join(' ')}; the first time takes a minute)`);
  await run('install', command, [...args, 'install', '--frozen-lockfile'], { isQuiet: true });
}

/** pnpm leaves a copy of the lockfile that it installed from beside the packages. */
function isInstalled() {
  const installed = join(root, 'node_modules/.pnpm/lock.yaml');
  if (!existsSync(installed) || read(installed) !== read(join(root, 'pnpm-lock.yaml'))) return false;
  return workspaceFolders().every((folder) => existsSync(join(folder, 'node_modules')));
}

/** Every folder with dependencies of its own. */
function workspaceFolders() {
  const folders = ['packages', 'examples'].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => join(root, parent, name)),
  );
  return [...folders, join(root, 'test'), join(root, 'bench')].filter(hasDependencies);
}

function hasDependencies(folder) {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return false;
  const { dependencies = {}, devDependencies = {} } = JSON.parse(read(file));
  return Object.keys({ ...dependencies, ...devDependencies }).length > 0;
}

/** The pnpm of this machine when its major version fits, else the very one that package.json names. */
export function pnpmCommand() {
  const { packageManager } = JSON.parse(read(join(root, 'package.json')));
  const [, wanted] = packageManager.split('@');
  return majorOf(pnpmOnPath()) === majorOf(wanted) ? ['pnpm'] : ['npx', '--yes', packageManager];
}

function majorOf(version) {
  return version?.split('.')[0];
}

/** Asked outside of the workspace, where an older pnpm would first fetch the version that is named there. */
function pnpmOnPath() {
  try {
    const options = { cwd: tmpdir(), encoding: 'utf8', stdio: 'pipe', shell: process.platform === 'win32' };
    return execFileSync('pnpm', ['--version'], options).trim();
  } catch {
    return undefined;
  }
}

function read(file) {
  return readFileSync(file, 'utf8');
}
