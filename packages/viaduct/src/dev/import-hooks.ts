import type { LoadHook } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { MessagePort } from 'node:worker_threads';

/* Runs in the thread of Node's module hooks: tells of each module of the user's that is loaded. */
let port: MessagePort | undefined;

export function initialize(data: { readonly port: MessagePort }): void {
  ({ port } = data);
}

export const load: LoadHook = (url, context, nextLoad) => {
  if (url.startsWith('file:') && !url.includes('/node_modules/')) {
    port?.postMessage(fileURLToPath(url.replace(/[?#].*$/, '')));
  }
  return nextLoad(url, context);
};
