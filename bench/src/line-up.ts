import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Contender } from './contender.js';

/** A contender with its name and the module that it comes from. */
export interface Entrant extends Contender {
  readonly name: string;
  readonly module: string;
}

/**
 * Loads the contenders of a folder, each after the one that it is compared with, so that the two run close
 * together in time.
 *
 * @param sources Folder whose `.ts` or `.js` files name the contenders. The sources are listed, not the compiled
 *   files, since a compiled file outlives its source.
 * @param compiled Folder of the `.js` files to load.
 * @param names Only these, and those that they are compared with. All, when empty.
 */
export async function lineUp(
  sources: string,
  compiled: string,
  names: readonly string[],
): Promise<Entrant[]> {
  const all = new Map<string, Entrant>();
  for (const file of (await readdir(sources)).toSorted()) {
    const name = /^(.*)\.[jt]s$/.exec(file)?.[1];
    if (name === undefined) continue;
    const module = pathToFileURL(join(compiled, `${name}.js`)).href;
    const { default: contender } = (await import(module)) as { default: Contender };
    all.set(name, { ...contender, name, module });
  }

  const chosen = new Set<Entrant>();
  const add = (name: string): void => {
    const entrant = all.get(name);
    if (entrant === undefined)
      throw new Error(`no contender "${name}"; there are ${[...all.keys()].join(', ')}`);
    for (const baseline of entrant.against ?? []) add(baseline.name);
    chosen.add(entrant);
  };
  for (const name of names.length > 0 ? names : all.keys()) add(name);

  const group = ({ against, name }: Entrant): string => against?.[0]?.name ?? name;
  const rank = ({ against, isNullTest, name }: Entrant): string =>
    `${against === undefined ? 0 : 1}${isNullTest === true ? 0 : 1}${name}`;
  return [...chosen].toSorted((a, b) => compare(group(a), group(b)) || compare(rank(a), rank(b)));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
