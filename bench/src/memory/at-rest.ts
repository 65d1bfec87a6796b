/**
 * What a server behind Viaduct holds beyond the bare one: with nothing to do, after it has served, and for every
 * idle keep-alive connection.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { Child } from '../child.js';
import { connectAll, disconnectAll, run } from '../load.js';
import { layOutPublished } from '../published.js';
import { type Figures, figureOf, keepFigures, printHeading, readRunOptions } from '../run-report.js';
import { median } from '../statistics.js';
import { questionOf } from '../workloads.js';
import type { Held } from './process.js';
import { WAYS } from './ways.js';

const MEGABYTE = 2 ** 20;
/** Requests before the memory is read: less, and what is compiled late is counted as memory of connections. */
const WARM_UP_MS = 2_000;
/** Two bare processes differ by some bytes a connection too: hash tables grow in steps. */
const EQUAL_BYTES = 64;

/** One process from start to end. */
interface Sample {
  readonly started: Held;
  /** After it has served, with one connection less than none. */
  readonly served: Held;
  readonly connected: Held;
}

const options = readRunOptions();
const generations = options.isQuick ? 1 : 5;
const connections = options.isQuick ? 200 : 5_000;
const environment = printHeading(
  'bench:memory',
  `${generations} processes of each of ${Object.keys(WAYS).length} ways, ${connections} idle connections, about 2.5 minutes`,
);

const published = await layOutPublished();
const program = join(published.folder, 'dist/memory/process.js');
const samples = new Map<string, Sample[]>(Object.keys(WAYS).map((name) => [name, []]));
try {
  for (let generation = 0; generation < generations; generation += 1) {
    for (const [name, list] of samples) list.push(await sampleOf(name));
  }
} finally {
  published.remove();
}

const figures: Record<string, Figures[string]> = {};
for (const [name, { against }] of Object.entries(WAYS)) {
  printHeld(name);
  if (against === undefined) continue;
  const beyond = (read: (sample: Sample) => number): number[] => pairs(name, against, read);
  const megabytes = { unit: 'MB', goal: { atMost: 6 } } as const;
  figures[`memory.rest.${against}`] = figureOf(
    beyond(({ started }) => started.residentBytes / MEGABYTE),
    { title: `${against}: resident, started, beyond the bare application`, ...megabytes },
  );
  figures[`memory.served.${against}`] = figureOf(
    beyond(({ served }) => served.residentBytes / MEGABYTE),
    { title: `${against}: resident, after requests, beyond the bare one`, unit: 'MB' },
  );
  figures[`memory.heap.${against}`] = figureOf(
    beyond(({ started }) => started.heapBytes / MEGABYTE),
    { title: `${against}: heap and buffers, started, beyond the bare one`, unit: 'MB' },
  );
  figures[`memory.connection.${against}`] = figureOf(
    beyond(({ served, connected }) => (connected.heapBytes - served.heapBytes) / connections),
    {
      title: `${against}: heap and buffers of an idle connection, beyond the bare one`,
      unit: 'bytes',
      goal: { atMost: EQUAL_BYTES },
    },
  );
}
console.log('');
await keepFigures(options, 'memory', environment, figures, {
  connections,
  samples: Object.fromEntries(samples),
});

async function sampleOf(name: string): Promise<Sample> {
  const question = questionOf('product', '');
  const server = new Child<object, number | Held>(name, [], ['--expose-gc', program, name]);
  const held = async (): Promise<Held> => (await server.ask({})) as Held;
  try {
    const port = (await server.next()) as number;
    const started = await held();
    await connectAll(port, 32, 1);
    await run(question, options.isQuick ? 100 : WARM_UP_MS);
    disconnectAll();
    await delay(100);
    const served = await held();
    await connectAll(port, connections, 1);
    // Asked once each: a connection that was never used is not what keep-alive leaves behind.
    await run(question, 0);
    const connected = await held();
    disconnectAll();
    return { started, served, connected };
  } finally {
    server.end();
  }
}

function pairs(name: string, against: string, read: (sample: Sample) => number): number[] {
  const base = samples.get(against) ?? [];
  return (samples.get(name) ?? []).map((sample, index) => {
    const other = base[index];
    return other === undefined ? Number.NaN : read(sample) - read(other);
  });
}

function printHeld(name: string): void {
  const list = samples.get(name) ?? [];
  const of = (read: (sample: Sample) => number): string => median(list.map(read)).toFixed(1).padStart(6);
  console.log(
    `${name.padEnd(16)} started ${of(({ started }) => started.residentBytes / MEGABYTE)} MB resident, ` +
      `${of(({ started }) => started.heapBytes / MEGABYTE)} MB held; served ${of(({ served }) => served.residentBytes / MEGABYTE)} MB; ` +
      `a connection ${of(({ served, connected }) => (connected.heapBytes - served.heapBytes) / connections)} bytes`,
  );
}
