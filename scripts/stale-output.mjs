import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

/** Removes compiled files whose source is gone: the compiler leaves them, and a package would carry them. */
export function removeStaleOutput() {
  for (const name of readdirSync(join(root, 'packages'))) {
    const folder = join(root, 'packages', name);
    for (const file of compiledFiles(join(folder, 'dist'))) {
      const source = file.replace(/(?:\.d\.ts|\.js)(?:\.map)?$/, '.ts');
      if (!existsSync(join(folder, 'src', source))) rmSync(join(folder, 'dist', file));
    }
  }
}

function compiledFiles(dist) {
  if (!existsSync(dist)) return [];
  return readdirSync(dist, { recursive: true }).filter((file) => /(?:\.d\.ts|\.js)(?:\.map)?$/.test(file));
}
