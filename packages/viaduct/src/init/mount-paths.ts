import { createDispatcher } from '@viaduct/core';

/**
 * What a dispatcher would say of these paths, so that no application file is written that it refuses.
 *
 * `/`, `/api` → `undefined`; `/api`, `/api/` → that they are the same mount
 */
export function faultOfPaths(paths: readonly string[]): string | undefined {
  // As keys of one table the second would take the place of the first, without a word.
  const twice = paths.find((path, index) => paths.indexOf(path) < index);
  if (twice !== undefined) return `${twice} is given to two apps. Give each a path of its own.`;
  try {
    createDispatcher(Object.fromEntries(paths.map((path) => [path, () => new Response()])));
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/^createDispatcher: /, '');
  }
}
