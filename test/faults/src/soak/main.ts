/** `npm run soak`: a gateway under a long load of good requests, errors and aborts; exits with 1 when a promise is broken. */
import { readNumbers } from '../arguments.js';
import { type Checkpoint, soak } from './soak.js';
import { brokenPromises } from './verdict.js';

const {
  count,
  checkpoint: asked,
  ...rest
} = readNumbers({
  count: 1_000_000,
  // Not given, a tenth of all requests.
  checkpoint: 0,
  idle: 50_000,
  clients: 32,
});
const startedAt = performance.now();

function print({ requests, busy, quiet }: Checkpoint): void {
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(
    `${requests.toLocaleString('en')} requests, ${seconds} s: heap ${megabytes(quiet.heapBytes)} after GC, ` +
      `${quiet.handles} handles, ${quiet.listeners} listeners, ${busy.listenersPerSocket} on a connection, ` +
      `${quiet.processFaultCount} process-level errors and warnings`,
  );
}

const result = await soak({ count, checkpoint: asked || Math.ceil(count / 10), ...rest }, print);
const { tally, end, checkpoint } = result;
const growth = (end.quiet.heapBytes / checkpoint.quiet.heapBytes - 1) * 100;
console.log(
  `${tally.answered.toLocaleString('en')} answers right, ${tally.wrong} wrong, ${tally.foreign} that belong to another request; ` +
    `${tally.errors.toLocaleString('en')} errors and ${tally.aborts.toLocaleString('en')} aborts; heap ${growth.toFixed(1)} %`,
);
const broken = brokenPromises(result);
for (const promise of broken) console.error(`! ${promise}`);
if (broken.length === 0) console.log('every promise held');
process.exitCode = broken.length === 0 ? 0 : 1;

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
