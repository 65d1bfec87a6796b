import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const BENCH = resolve(import.meta.dirname, '..');
const PACKAGES = resolve(BENCH, '../packages');

/** Where each package comes to stand below `node_modules`, by its folder in the workspace. */
const OURS = {
  core: '@viaduct/core',
  node: '@viaduct/node',
  fastify: '@viaduct/fastify',
  koa: '@viaduct/koa',
  testing: '@viaduct/testing',
  viaduct: 'viaduct',
} as const;

/** A folder with the packages as users install them. */
export interface Published {
  /** Programs that run here import what is published. */
  readonly folder: string;
  remove(): void;
}

/**
 * Lays out this benchmark with the packages as they are packed, beside all that they depend on, from the workspace: what
 * is published is bundled, and what stands in the workspace is not.
 */
export async function layOutPublished(): Promise<Published> {
  const folder = mkdtempSync(join(tmpdir(), 'viaduct-published-'));
  try {
    const modules = join(folder, 'node_modules');
    mkdirSync(join(modules, '@viaduct'), { recursive: true });
    for (const owner of [BENCH, ...Object.keys(OURS).map((name) => join(PACKAGES, name))]) {
      linkForeign(join(owner, 'node_modules'), modules);
    }
    const tarballs = join(folder, 'tarballs');
    await pack(tarballs);
    for (const [name, specifier] of Object.entries(OURS)) {
      const place = join(modules, specifier);
      mkdirSync(place);
      const tarball = readdirSync(tarballs).find(
        (file) =>
          file.startsWith(`${prefixOf(specifier)}-`) &&
          /^\d/.test(file.slice(prefixOf(specifier).length + 1)),
      );
      if (tarball === undefined) throw new Error(`packages/${name} was not packed`);
      execFileSync('tar', ['-xzf', join(tarballs, tarball), '-C', place, '--strip-components=1']);
    }
    cpSync(join(BENCH, 'dist'), join(folder, 'dist'), { recursive: true });
    cpSync(join(BENCH, 'package.json'), join(folder, 'package.json'));
    return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** `@viaduct/core` → `viaduct-core` */
function prefixOf(specifier: string): string {
  return specifier.replace('@', '').replace('/', '-');
}

async function pack(destination: string): Promise<void> {
  const install = new URL('../../scripts/install.mjs', import.meta.url).href;
  const { pnpmCommand } = (await import(install)) as { pnpmCommand(): [string, ...string[]] };
  const [command, ...args] = pnpmCommand();
  const filters = Object.values(OURS).flatMap((specifier) => ['--filter', specifier]);
  execFileSync(command, [...args, ...filters, 'pack', '--pack-destination', destination], {
    cwd: resolve(BENCH, '..'),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** Links each package that is not ours, `@scope/name` too, unless it is there. */
function linkForeign(from: string, to: string): void {
  for (const entry of readdirSync(from).filter((name) => !name.startsWith('.'))) {
    const names = entry.startsWith('@')
      ? readdirSync(join(from, entry)).map((name) => `${entry}/${name}`)
      : [entry];
    for (const name of names) {
      if ((Object.values(OURS) as readonly string[]).includes(name)) continue;
      mkdirSync(join(to, name, '..'), { recursive: true });
      try {
        symlinkSync(join(from, name), join(to, name), 'junction');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  }
}
