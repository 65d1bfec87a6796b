import type { Measurement } from '../gateway/measurement.js';

/** What a gateway has not cleaned away, or told too often, in words; none is what it promises. */
export function leftBehind(before: Measurement, end: Measurement): string[] {
  const broken: string[] = [];
  if (end.processFaultCount > 0)
    broken.push(
      `${end.processFaultCount} errors and warnings of the process: ${end.processFaults.join('; ')}`,
    );
  if (end.started !== end.finished)
    broken.push(`${end.started} requests began, and ${end.finished} ended in onFinished`);
  if (end.finishedAgain > 0) broken.push(`onFinished ran ${end.finishedAgain} times more than once`);
  if (end.unheard > 0)
    broken.push(`${end.unheard} requests lost their client, and their signal was not aborted`);
  if (end.connections > 0) broken.push(`${end.connections} connections are still open`);
  if (end.handles > before.handles)
    broken.push(`${end.handles} handles are open, ${before.handles} were before`);
  return broken;
}
