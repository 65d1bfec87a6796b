/** Writes as many numbered lines as it is told to, all at once, into a log on standard output that others share. */
import process from 'node:process';
import { openLog } from 'viaduct/logging';

const [, , name, count] = process.argv;
const log = openLog();
for (let number = 0; number < Number(count); number += 1)
  log.write(`${JSON.stringify({ name, number, text: 'x'.repeat(number % 700) })}\n`);
