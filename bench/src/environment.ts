import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import type { Pin } from './child.js';

/** Where and with what the figures were got. */
export interface Environment {
  readonly date: string;
  readonly command: string;
  readonly versions: string;
  readonly cpu: string;
  readonly system: string;
  readonly cores: string;
}

/** Describes this machine, for the reader who wants to repeat the run. */
export function describeEnvironment({ servers, load }: { servers: Pin; load: Pin }): Environment {
  const names = Object.keys(readManifest('..').dependencies ?? {});
  // From the folder, since not every package exports its manifest.
  const versions = names.map((name) => `${name} ${readManifest(`../node_modules/${name}`).version}`);
  return {
    date: new Date().toISOString(),
    command: ['pnpm', 'bench', ...process.argv.slice(2)].join(' '),
    versions: [`node ${process.versions.node}`, ...versions].join(', '),
    cpu: `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(2)} before the run`,
    system: `${process.platform} ${release()}, ${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    cores: servers.length > 0 ? `servers: ${servers.join(' ')}; load: ${load.join(' ')}` : 'not pinned',
  };
}

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(new URL(`${folder}/package.json`, import.meta.url), 'utf8')) as Manifest;
}
