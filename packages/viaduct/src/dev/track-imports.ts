import { createRequire, register } from 'node:module';
import { MessageChannel } from 'node:worker_threads';
import { enableTypeScript } from '../loading/typescript.js';

/** Tells of every file of the user's that this process imports or requires, for as long as it lives. */
export async function trackImports(tell: (files: readonly string[]) => void): Promise<void> {
  // Before our own hooks, which then come first and see every module.
  await enableTypeScript();
  const { port1, port2 } = new MessageChannel();
  port1.on('message', (file: string) => tell([file]));
  port1.unref();
  register(new URL('import-hooks.js', import.meta.url), { data: { port: port2 }, transferList: [port2] });
}

/** What CommonJS modules have required: their loader asks no hooks. */
export function requiredFiles(): string[] {
  const { cache } = createRequire(import.meta.url);
  return Object.keys(cache).filter((file) => !file.includes('/node_modules/'));
}
