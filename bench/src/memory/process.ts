import { setTimeout as delay } from 'node:timers/promises';
import { replyWith, serveParent } from '../child.js';
import { WAYS } from './ways.js';

// The process of one way: node --expose-gc dist/memory/process.js <name>

/** What a process holds once its garbage is gone. */
export interface Held {
  /** Objects and buffers: what the program itself holds, exact to a few kilobytes. */
  readonly heapBytes: number;
  /** What the system has given to the process: code, stacks and unused pages too. */
  readonly residentBytes: number;
}

/** Collects until nothing more goes: finalizers and closed handles free more in the turns that follow. */
async function measure(): Promise<Held> {
  for (let turn = 0; turn < 4; turn += 1) {
    globalThis.gc?.();
    await delay(50);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heapBytes: heapUsed + external, residentBytes: rss };
}

await replyWith(async () => {
  const way = WAYS[process.argv[2] ?? ''];
  if (way === undefined) throw new Error(`no way "${process.argv[2]}"`);
  return way.start();
});
serveParent(measure);
