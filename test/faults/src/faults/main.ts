/** `npm run faults`: clients and applications that fail, thrown at a gateway; exits with 1 when a promise is broken. */
import { readNumbers } from '../arguments.js';
import { throwConnections } from './connection-series.js';
import { throwFaults } from './harness.js';
import { throwLorises } from './loris-series.js';
import { throwResets } from './reset-series.js';

const { seed, resets, lorises, connections, ...options } = readNumbers({
  seed: 0,
  seconds: 20,
  count: 1_000_000,
  clients: 16,
  // Of each kind; 0 leaves the series out.
  resets: 1_000,
  lorises: 2_000,
  // Beyond the limit.
  connections: 10_000,
});
const used = seed === 0 ? Date.now() % 1_000_000 : seed;
const broken: string[] = [];

console.log(`seed ${used}: --seed ${used} throws the same faults again`);
await atRandom();
if (resets > 0) await inARow();
if (lorises > 0) await slowly();
if (connections > 0) await tooMany();

for (const promise of broken.slice(0, 30)) console.error(`! ${promise}`);
if (broken.length === 0) console.log('every promise held');
process.exitCode = broken.length === 0 ? 0 : 1;

async function atRandom(): Promise<void> {
  const { thrown, end, ...result } = await throwFaults({ ...options, seed: used });
  broken.push(...result.broken);
  for (const [name, times] of [...thrown].toSorted(([one], [other]) => one.localeCompare(other)))
    console.log(`${String(times).padStart(7)} × ${name}`);
  console.log(
    `${number(end.started)} requests came to the gateway, ${number(end.finished)} ended in onFinished, ` +
      `${number(end.reports)} failures were told to onError, ${end.processFaultCount} errors and warnings of the process`,
  );
}

async function inARow(): Promise<void> {
  const result = await throwResets(
    { seed: used, count: resets, clients: options.clients },
    (kind, count, at) =>
      console.log(
        `${String(count).padStart(7)} × ${kind}: ${at.started - at.finished} requests open, ` +
          `${at.connections} connections, ${at.handles} handles, ${at.listeners} listeners, heap ${megabytes(at.heapBytes)}`,
      ),
  );
  broken.push(...result.broken);
  const { half, end } = result;
  console.log(
    `${number(end.started)} requests came to the gateway, ${number(end.finished)} ended in onFinished; ` +
      `heap ${megabytes(half.heapBytes)} after the first half, ${megabytes(end.heapBytes)} at the end`,
  );
}

async function slowly(): Promise<void> {
  const result = await throwLorises(lorises);
  broken.push(...result.broken);
  console.log(
    `${number(lorises)} half heads, as many half bodies, and as many over HTTP/2: ${number(result.refused)} × 408, ` +
      `the last after ${(result.lastMs / 1000).toFixed(1)} s; p99 of good clients ${result.alone.toFixed(1)} ms alone, ` +
      `${result.beside.toFixed(1)} ms beside them, ${result.amid.toFixed(1)} ms while they are refused`,
  );
}

async function tooMany(): Promise<void> {
  const result = await throwConnections(connections);
  broken.push(...result.broken);
  console.log(
    `${number(result.refused)} connections beyond maxConnections were closed; ` +
      `${number(result.answered)} good requests were answered beside them`,
  );
}

function number(count: number): string {
  return count.toLocaleString('en');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
