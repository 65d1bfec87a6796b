import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root: string = fileURLToPath(new URL('../..', import.meta.url));

/** What a user installs beside Viaduct for the example of the README. */
const FOREIGN = ['fastify', 'koa', '@types/koa', '@types/node'] as const;

/** Those with a bridge. */
export const FRAMEWORKS = ['fastify', 'koa'] as const;

/** What the lowest version of a framework is called in a {@link UserProject}. */
export function lowest(framework: string): string {
  return `${framework}-lowest`;
}

/** The lowest version that the framework's bridge says it works with: `^5.0.0` → `5.0.0` */
function floorOf(framework: string): string {
  const { peerDependencies } = JSON.parse(
    readFileSync(join(root, 'packages', framework, 'package.json'), 'utf8'),
  ) as { peerDependencies: Record<string, string> };
  const [, floor] = /^\^(\d+\.\d+\.\d+)$/.exec(peerDependencies[framework] ?? '') ?? [];
  if (floor === undefined) throw new Error(`packages/${framework}: its peer range is none from a version on`);
  return floor;
}

/** An empty project outside of the workspace, with the packages installed as npm packs them. */
export class UserProject {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'viaduct-user-'));

  /** @throws With what the failing program said; in plain words when the registry cannot be reached. */
  async install(): Promise<void> {
    try {
      this.#install(await this.#pack());
    } catch (error) {
      throw isUnreachable(error) ? unreachable(error) : error;
    }
  }

  #install(tarballs: readonly string[]): void {
    const dependencies = Object.fromEntries([
      ...tarballs.map((file) => [nameOf(file), `file:${file}`] as const),
      ...FOREIGN.map((name) => [name, versionOf(name)] as const),
      ['@koa/router', versionInTemplate('@koa/router')],
      ...FRAMEWORKS.map((name) => [lowest(name), `npm:${name}@${floorOf(name)}`] as const),
    ]);
    this.write('package.json', JSON.stringify({ name: 'user', private: true, type: 'module', dependencies }));
    execute('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], this.folder);
  }

  write(file: string, text: string): string {
    const path = join(this.folder, file);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** Compiles `folder/*.ts` to `folder/out`, checking the declarations of the packages too. */
  compile(folder: string, compilerOptions: Record<string, unknown>): void {
    const strict = {
      target: 'es2023',
      lib: ['es2023'],
      types: ['node'],
      strict: true,
      rootDir: '.',
      outDir: 'out',
    };
    const config = {
      compilerOptions: { ...strict, ...compilerOptions },
      include: ['*.ts', '*.mts', '*.cts'],
    };
    this.write(`${folder}/tsconfig.json`, JSON.stringify(config));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    execute(process.execPath, [tsc, '-p', folder], this.folder);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** pnpm writes real versions in the place of `workspace:` and `catalog:`. */
  async #pack(): Promise<string[]> {
    const install = new URL('../../scripts/install.mjs', import.meta.url).href;
    const { pnpmCommand } = (await import(install)) as { pnpmCommand(): [string, ...string[]] };
    const [command, ...args] = pnpmCommand();
    const destination = join(this.folder, 'tarballs');
    execute(command, [...args, '--filter', './packages/*', 'pack', '--pack-destination', destination], root);
    return readdirSync(destination).map((file) => join(destination, file));
  }
}

/** `…/viaduct-core-0.1.0.tgz` → `@viaduct/core`; `…/viaduct-0.1.0.tgz` → `viaduct`, and `create-viaduct` alike. */
function nameOf(tarball: string): string {
  if (basename(tarball).startsWith('create-viaduct-')) return 'create-viaduct';
  const [, name] = /viaduct-([a-z]+)-\d[^/]*$/.exec(tarball) ?? [];
  return name === undefined ? 'viaduct' : `@viaduct/${name}`;
}

/** The range that the workspace uses. */
export function versionOf(name: string): string {
  const workspace = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8');
  const line = workspace.split('\n').find((text) => text.trim().replaceAll("'", '').startsWith(`${name}: `));
  if (line === undefined) throw new Error(`pnpm-workspace.yaml: the catalog has no ${name}`);
  return line.slice(line.lastIndexOf(' ') + 1);
}

/** The range in the projects that `viaduct init` writes. */
function versionInTemplate(name: string): string {
  const manifest = readFileSync(join(root, 'packages/viaduct/templates/project/package.json'), 'utf8');
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> };
  return dependencies[name] ?? '';
}

/** Without what npm and pnpm pass on to the scripts that they run: the user's project is not ours. */
export function execute(command: string, args: readonly string[], cwd: string): string {
  const kept = Object.entries(process.env).filter(([name]) => !/^p?npm_/i.test(name));
  const env = {
    ...Object.fromEntries(kept),
    npm_config_fetch_retries: '1',
    npm_config_fetch_retry_mintimeout: '1000',
  };
  try {
    return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
  }
}

function isUnreachable(error: unknown): boolean {
  return /E(?:NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT|NETUNREACH)|ERR_SOCKET_TIMEOUT/.test(
    String(error),
  );
}

function unreachable(cause: unknown): Error {
  return new Error(
    'npm cannot reach its registry. This test packs the packages with pnpm and installs them with Fastify and Koa, as a user would: it needs the network.',
    { cause },
  );
}
