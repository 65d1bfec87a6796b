import { serveParent } from '../child.js';
import { work } from './application.js';

// A process that only works: what the machine gives to one of it and to two is what workers can reach at most.

/** How long to work; the answer is how often the work was done. */
export interface BurnCommand {
  readonly ms: number;
}

serveParent<BurnCommand, number>(({ ms }) => {
  const deadline = performance.now() + ms;
  let count = 0;
  for (; performance.now() < deadline; count += 1) work();
  return count;
});
