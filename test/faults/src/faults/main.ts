/** `npm run faults`: clients and applications that fail, thrown at a gateway; exits with 1 when a promise is broken. */
import { readNumbers } from '../arguments.js';
import { throwFaults } from './harness.js';

const { seed, ...options } = readNumbers({ seed: 0, seconds: 20, count: 1_000_000, clients: 16 });
const used = seed === 0 ? Date.now() % 1_000_000 : seed;
console.log(`seed ${used}: --seed ${used} throws the same faults again`);
const { thrown, broken, end } = await throwFaults({ ...options, seed: used });
for (const [name, times] of [...thrown].toSorted(([one], [other]) => one.localeCompare(other)))
  console.log(`${String(times).padStart(7)} × ${name}`);
console.log(
  `${end.started.toLocaleString('en')} requests came to the gateway, ${end.finished.toLocaleString('en')} ended in onFinished, ` +
    `${end.reports.toLocaleString('en')} failures were told to onError, ${end.processFaultCount} errors and warnings of the process`,
);
for (const promise of broken.slice(0, 30)) console.error(`! ${promise}`);
if (broken.length === 0) console.log('every promise held');
process.exitCode = broken.length === 0 ? 0 : 1;
