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
  trackRequires((file) => tell([file]));
}

/**
 * The loader of CommonJS modules asks no hooks before Node 22. Its cache would tell too late of what a request is the
 * first to require, and never of what failed.
 */
function trackRequires(tell: (file: string) => void): void {
  const { extensions } = createRequire(import.meta.url);
  for (const extension of Object.getOwnPropertyNames(extensions)) {
    const load = extensions[extension];
    if (load === undefined) continue;
    extensions[extension] = function loadTold(this: unknown, module, file) {
      if (!file.includes('/node_modules/')) tell(file);
      return Reflect.apply(load, this, [module, file]) as unknown;
    };
  }
}
