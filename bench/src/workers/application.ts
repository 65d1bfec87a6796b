import { pbkdf2Sync } from 'node:crypto';
import type { FetchHandler } from 'viaduct';

/** Makes a request cost some milliseconds of a core: in comparison, what asks for it costs next to nothing. */
const ITERATIONS = 15_000;

/** Work that keeps the event loop, as a page that is rendered does. */
export function work(): string {
  return pbkdf2Sync('viaduct', 'bench', ITERATIONS, 32, 'sha256').toString('hex');
}

/** What `viaduct serve` serves. */
export const application: FetchHandler = () =>
  new Response(work(), { headers: { 'x-worker': String(process.pid) } });
