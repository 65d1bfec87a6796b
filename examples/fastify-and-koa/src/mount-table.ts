import type { Mount } from 'viaduct';

/**
 * The mount table, for people.
 *
 * `/api` → `  /api     the Fastify API    mounted: it sees / for /api`
 */
export function mountTable(mounts: readonly Mount[]): string {
  return mounts
    .map((mount) => `  ${mount.key.padEnd(10)}${name(mount).padEnd(27)}${manner(mount)}`)
    .join('\n');
}

function name({ application }: Mount): string {
  return application.name ?? 'an application';
}

function manner({ path, strip }: Mount): string {
  if (path === '') return 'takes every other path';
  return strip ? `mounted, sees ${path}/… as /…` : `delegated, sees ${path}/… whole`;
}
