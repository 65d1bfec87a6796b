import { Server } from 'node:http';
import { replyWith, serveParent } from '../child.js';
import type { Contender } from '../contender.js';

// The process of one contender: node dist/cold/process.js <URL of the contender's module>

/** Four times what a core of today's servers has of its own (L2). */
const EMPTYING_BYTES = 4 * 2 ** 20;
const CACHE_LINE_BYTES = 64;

const filler = new Uint8Array(EMPTYING_BYTES);
let read = 0;
let times: number[] = [];

const emit: (this: Server, event: string, ...rest: unknown[]) => boolean = Server.prototype.emit;

/** Times every request from its arrival until the application's handler has returned, with caches emptied before. */
Server.prototype.emit = function emitCold(this: Server, event: string, ...rest: unknown[]): boolean {
  if (event !== 'request') return emit.call(this, event, ...rest);
  for (let index = 0; index < EMPTYING_BYTES; index += CACHE_LINE_BYTES) read += filler[index] ?? 0;
  const startedAt = process.hrtime.bigint();
  const isHeard = emit.call(this, event, ...rest);
  times.push(Number(process.hrtime.bigint() - startedAt) / 1_000);
  return isHeard;
};

await replyWith(async () => {
  const { default: contender } = (await import(process.argv[2] ?? '')) as { default: Contender };
  return { port: await contender.start('full'), basePath: contender.basePath };
});
/** The times since the last message, in microseconds. */
serveParent(() => {
  const taken = times;
  times = [];
  if (read > 0) throw new Error('the filler is not what it was');
  return taken;
});
