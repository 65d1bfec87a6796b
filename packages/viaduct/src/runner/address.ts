import type { ServeOptions } from '@viaduct/node';
import type { Bind } from './bind.js';

/** An address, as `serve` takes it. */
export function addressOf(bind: Bind): ServeOptions {
  if (bind.kind === 'path') return { path: bind.path };
  if (bind.kind === 'descriptor') return { fd: bind.descriptor };
  return { port: bind.port, ...(bind.host !== undefined && { host: bind.host }) };
}
