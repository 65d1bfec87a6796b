/**
 * What a request costs in the process alone: on a connection in memory, so that neither the system nor a neighbour's
 * use of it is in the figure, with all code compiled and in the caches.
 *
 * The least that a program can cost. What is told is the difference of two programs, each the median of its processes'
 * quickest stretches: it stays within a few tenths of a microsecond where the CPU time of a real server differs by half
 * from one minute to the next.
 */
import { join } from 'node:path';
import { Child, choosePins } from '../child.js';
import { find, lineUp } from '../line-up.js';
import { type Figures, figureOf, keepFigures, printHeading, readRunOptions } from '../run-report.js';
import { median } from '../statistics.js';
import type { WorkloadName } from '../workloads.js';
import type { Stretches } from './process.js';

/** What is compared, with the least that could stand in its place. */
const PAIRS: readonly (readonly [name: string, against: string, workload: WorkloadName])[] = [
  ['viaduct-koa-alone', 'koa', 'product'],
  ['viaduct-koa-deep', 'koa', 'product'],
  ['viaduct-fastify-alone', 'fastify', 'product'],
  ['viaduct-fastify-deep', 'fastify', 'product'],
  ['koa-in-fastify-native', 'hijack', 'product'],
  ['fastify-in-koa-native', 'koa-mount-respond', 'product'],
  ['koa-mount-respond', 'koa-respond', 'product'],
  ['fastify-in-koa', 'koa-pair', 'product'],
  ['koa-pair', 'koa-mount-respond', 'product'],
  ['viaduct-web', 'node-web', 'hello'],
];

const options = readRunOptions();
const generations = options.isQuick ? 1 : 7;
/** Most of what V8 compiles is compiled by then; a stretch that it disturbs is not the quickest. */
const warmUp: Stretches = { count: 1, requests: options.isQuick ? 50 : 60_000 };
const measured: Stretches = options.isQuick ? { count: 2, requests: 20 } : { count: 25, requests: 2_000 };
/** What each is asked: those that are compared are asked the same. */
const entries = new Map(
  PAIRS.flatMap(([name, against, workload]) => [
    [name, workload],
    [against, workload],
  ]),
);
const environment = printHeading(
  'bench:hot',
  `${generations} processes of each of ${entries.size} servers, ${measured.count} stretches of ${measured.requests} requests; about 6 minutes`,
);

const bench = join(import.meta.dirname, '../..');
const entrants = await lineUp(join(bench, 'src/contenders'), join(bench, 'dist/contenders'));
const program = join(import.meta.dirname, 'process.js');
const { servers: pin } = choosePins();
const names = [...entries.keys()];
const quickest = new Map<string, number[]>(names.map((name) => [name, []]));
for (let generation = 0; generation < generations; generation += 1) {
  for (const name of generation % 2 === 0 ? names : names.toReversed())
    quickest.get(name)?.push(Math.min(...(await timesOf(name))));
}

const figures: Record<string, Figures[string]> = {};
for (const [name, times] of quickest)
  console.log(`${name.padEnd(24)} ${median(times).toFixed(2).padStart(6)} µs a request`);
console.log('');
for (const [name, against] of PAIRS) {
  const base = median(quickest.get(against) ?? []);
  figures[`hot.${name}`] = figureOf(
    (quickest.get(name) ?? []).map((time) => time - base),
    { title: `${name}: in the process alone, beyond ${against}`, unit: 'µs', generations },
  );
}
await keepFigures(options, 'hot', environment, figures, { quickest: Object.fromEntries(quickest) });

async function timesOf(name: string): Promise<number[]> {
  const flags = ['--min-semi-space-size=16', '--max-semi-space-size=16'];
  const args = [...flags, program, find(entrants, name).module, entries.get(name) ?? ''];
  const server = new Child<Stretches, number[]>(name, pin, args);
  try {
    await server.next();
    await server.ask(warmUp);
    return await server.ask(measured);
  } finally {
    server.end();
  }
}
