import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The installed version of a package that the bench depends on. */
export function versionOf(name: string): string {
  const file = fileURLToPath(new URL(`../../node_modules/${name}/package.json`, import.meta.url));
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
