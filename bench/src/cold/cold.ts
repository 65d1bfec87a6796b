/**
 * What Viaduct adds to the time that a handler takes before it first waits, where all that the process has done
 * before the request has left the processor's caches.
 *
 * That is what a request meets on a busy machine. What is told is the median of the processes' fifth percentiles, which
 * neighbours on the machine touch least: a server's whole CPU time is at their mercy.
 */
import { join } from 'node:path';
import { Child, choosePins } from '../child.js';
import { find, lineUp } from '../line-up.js';
import { connectAll, disconnectAll, run } from '../load.js';
import { type Figures, figureOf, keepFigures, printHeading, readRunOptions } from '../run-report.js';
import { median, percentile } from '../statistics.js';
import { questionOf } from '../workloads.js';

/** What is compared, with the bare server. */
const PAIRS = [
  ['viaduct-koa-alone', 'koa'],
  ['viaduct-koa-deep', 'koa'],
  ['viaduct-fastify-alone', 'fastify'],
  ['viaduct-fastify-deep', 'fastify'],
] as const;
const CONNECTIONS = 8;
const UNDISTURBED = 0.05;

interface Started {
  readonly port: number;
  readonly basePath: string;
}

const options = readRunOptions();
const generations = options.isQuick ? 1 : 9;
/** Of the warm-up, and of what is measured after it. */
const turnMs = options.isQuick ? 100 : 2_000;
const names = [...new Set(PAIRS.flat())];
const environment = printHeading(
  'bench:cold',
  `${generations} processes of each of ${names.length} servers, with caches emptied before each request; about 5 minutes`,
);

const bench = join(import.meta.dirname, '../..');
const entrants = await lineUp(join(bench, 'src/contenders'), join(bench, 'dist/contenders'));
const program = join(import.meta.dirname, 'process.js');
const { servers: pin } = choosePins();
const undisturbed = new Map<string, number[]>(names.map((name) => [name, []]));
for (let generation = 0; generation < generations; generation += 1) {
  for (const name of generation % 2 === 0 ? names : names.toReversed()) {
    undisturbed.get(name)?.push(percentile(await timesOf(name), UNDISTURBED));
  }
}

const figures: Record<string, Figures[string]> = {};
for (const [name, samples] of undisturbed) {
  console.log(`${name.padEnd(24)} ${median(samples).toFixed(2).padStart(6)} µs until the handler returns`);
}
console.log('');
for (const [name, against] of PAIRS) {
  const bare = median(undisturbed.get(against) ?? []);
  figures[`cold.${name}`] = figureOf(
    (undisturbed.get(name) ?? []).map((time) => time - bare),
    { title: `${name}: handler with caches emptied, beyond ${against}`, unit: 'µs', generations },
  );
}
await keepFigures(options, 'cold', environment, figures, { undisturbed: Object.fromEntries(undisturbed) });

async function timesOf(name: string): Promise<number[]> {
  const args = [program, find(entrants, name).module];
  const server = new Child<object, Started | number[]>(name, pin, args);
  try {
    const { port, basePath } = (await server.next()) as Started;
    await connectAll(port, CONNECTIONS, 1);
    const question = questionOf('product', basePath);
    await run(question, turnMs);
    await server.ask({});
    await run(question, turnMs);
    return (await server.ask({})) as number[];
  } finally {
    disconnectAll();
    server.end();
  }
}
