import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { env } from 'node:process';

let enabled: Promise<void> | undefined;

/**
 * Makes `import` understand TypeScript in this process, also of modules that are imported later.
 *
 * The same loader on every version of Node, so that a project that runs on one runs on all: Node's own stripping
 * of types is missing on Node 20, and knows neither enums nor `./app.js` for `app.ts`.
 *
 * @see `docs/decisions/023-typescript-loader.md`
 */
export function enableTypeScript(): Promise<void> {
  enabled ??= register();
  return enabled;
}

async function register(): Promise<void> {
  // tsx keeps what it has translated there, and fails where it cannot: in a container whose file system is read-only.
  if (!isWritable(tmpdir())) env['TSX_DISABLE_CACHE'] ??= '1';
  const { register: registerHooks } = await import('tsx/esm/api');
  const { register: registerRequire } = await import('tsx/cjs/api');
  registerHooks();
  registerRequire();
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
