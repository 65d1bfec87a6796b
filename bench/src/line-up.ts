import { readdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Contender } from './contender.js';

/** A contender with its name and the module that it comes from. */
export interface Entrant extends Contender {
  readonly name: string;
  readonly module: string;
}

/**
 * Loads the contenders of a folder and of the folders in it, by name.
 *
 * @param sources Folder whose `.ts` or `.js` files name the contenders. The sources are listed, not the compiled
 *   files, since a compiled file outlives its source.
 * @param compiled Folder of the `.js` files to load.
 */
export async function lineUp(sources: string, compiled: string): Promise<ReadonlyMap<string, Entrant>> {
  const all = new Map<string, Entrant>();
  for (const file of (await readdir(sources, { recursive: true })).toSorted()) {
    const { dir, name, ext } = parse(file);
    if ((ext !== '.ts' && ext !== '.js') || name.endsWith('.d')) continue;
    const module = pathToFileURL(join(compiled, dir, `${name}.js`)).href;
    const { default: contender } = (await import(module)) as { default: Contender };
    all.set(name, { ...contender, name, module });
  }
  return all;
}

/**
 * Those of a list that are asked for, with those of the list that they are compared with, each after the one that it is
 * compared with first, so that the two run close together in time.
 *
 * @param list Names of all that could be chosen.
 * @param only The names that are asked for. All of the list, when empty.
 */
export function choose(
  all: ReadonlyMap<string, Entrant>,
  list: readonly string[],
  only: readonly string[],
): Entrant[] {
  const chosen = new Set<Entrant>();
  for (const name of list) {
    if (only.length > 0 && !only.includes(name)) continue;
    const entrant = find(all, name);
    for (const baseline of entrant.against ?? [])
      if (list.includes(baseline)) chosen.add(find(all, baseline));
    chosen.add(entrant);
  }
  const group = ({ against, name }: Entrant): string => against?.[0] ?? name;
  const rank = ({ against, isNullTest, name }: Entrant): string =>
    `${against === undefined ? 0 : 1}${isNullTest === true ? 0 : 1}${name}`;
  return [...chosen].toSorted((a, b) => compare(group(a), group(b)) || compare(rank(a), rank(b)));
}

/** @throws {Error} When there is none of this name; the message tells those that there are. */
export function find(all: ReadonlyMap<string, Entrant>, name: string): Entrant {
  const entrant = all.get(name);
  if (entrant === undefined)
    throw new Error(`no contender "${name}"; there are ${[...all.keys()].join(', ')}`);
  return entrant;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
