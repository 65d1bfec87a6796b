import type { SoakResult } from './soak.js';

/** How much the heap may grow between the checkpoint and the end. */
export const HEAP_GROWTH = 0.05;

/** What the heap of a young process gains and loses by itself, in compiled code and caches: no short run can tell less. */
const HEAP_NOISE_BYTES = 512 * 1024;

/** By how many bytes a heap of this size may grow. */
export function allowedGrowth(heapBytes: number): number {
  return Math.max(heapBytes * HEAP_GROWTH, HEAP_NOISE_BYTES);
}

/** The promises that were broken, in words; none is what a release needs. */
export function brokenPromises({ options, tally, before, checkpoint, end, exitCode }: SoakResult): string[] {
  const broken: string[] = [];
  function expect(holds: boolean, otherwise: string): void {
    if (!holds) broken.push(otherwise);
  }
  const growth = end.quiet.heapBytes - checkpoint.quiet.heapBytes;
  const allowed = allowedGrowth(checkpoint.quiet.heapBytes);
  expect(growth <= allowed, `the heap grew by ${growth} bytes, ${Math.round(allowed)} are allowed`);
  expect(tally.foreign === 0, `${tally.foreign} answers belong to another request`);
  expect(tally.wrong === 0, `${tally.wrong} answers are wrong: ${tally.complaints.join('; ')}`);
  expect(
    end.quiet.processFaultCount === 0,
    `${end.quiet.processFaultCount} errors and warnings of the process: ${end.quiet.processFaults.join('; ')}`,
  );
  const { started, finished, finishedAgain } = end.quiet;
  expect(started > options.count * 0.9, `only ${started} of ${options.count} requests came to the gateway`);
  expect(started === finished, `${started} requests began, and ${finished} ended in onFinished`);
  expect(finishedAgain === 0, `onFinished ran ${finishedAgain} times more than once`);
  expect(end.quiet.connections === 0, `${end.quiet.connections} connections are still open`);
  expect(
    end.quiet.handles <= before.handles,
    `${end.quiet.handles} handles are open, there were ${before.handles} before`,
  );
  expect(
    end.busy.listenersPerSocket <= checkpoint.busy.listenersPerSocket,
    `listeners on a connection grew from ${checkpoint.busy.listenersPerSocket} to ${end.busy.listenersPerSocket}`,
  );
  expect(
    end.quiet.listeners === checkpoint.quiet.listeners,
    `listeners on process and server went from ${checkpoint.quiet.listeners} to ${end.quiet.listeners}`,
  );
  expect(exitCode === 0, `the gateway ended with exit code ${exitCode}`);
  return broken;
}
