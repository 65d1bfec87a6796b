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
/** Until then, a connection may still be remembered for the request that it has had. */
const IDLE_MS = 1_500;

/** One process that has served. */
interface Sample {
  /** After it has served, without a connection. */
  readonly served: Held;
  readonly connected: Held;
}

const options = readRunOptions();
const generations = options.isQuick ? 1 : 5;
/** What the system has given to two processes of one program differs by 5 MB: only many tell what is in common. */
const startedProcesses = options.isQuick ? 1 : 20;
const connections = options.isQuick ? 200 : 5_000;
const environment = printHeading(
  'bench:memory',
  `${generations} processes of each of ${Object.keys(WAYS).length} ways, ${connections} idle connections; ${startedProcesses} more at rest; about 5 minutes`,
);

const published = await layOutPublished();
const program = join(published.folder, 'dist/memory/process.js');
const samples = new Map<string, Sample[]>(Object.keys(WAYS).map((name) => [name, []]));
const atRest = new Map<string, Held[]>(Object.keys(WAYS).map((name) => [name, []]));
try {
  for (let process = 0; process < startedProcesses; process += 1) {
    for (const [name, list] of atRest) list.push(await restOf(name));
  }
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
  const beyond = (read: (sample: Sample) => number): number[] => pairs(samples, [name, against], read);
  const beyondAtRest = (read: (held: Held) => number): number[] => pairs(atRest, [name, against], read);
  const megabytes = { unit: 'MB', goal: { atMost: 6 } } as const;
  figures[`memory.rest.${against}`] = figureOf(
    beyondAtRest(({ residentBytes }) => residentBytes / MEGABYTE),
    { title: `${against}: resident, started, beyond the bare application`, ...megabytes },
  );
  figures[`memory.served.${against}`] = figureOf(
    beyond(({ served }) => served.residentBytes / MEGABYTE),
    { title: `${against}: resident, after requests, beyond the bare one`, unit: 'MB' },
  );
  figures[`memory.heap.${against}`] = figureOf(
    beyondAtRest(({ heapBytes }) => heapBytes / MEGABYTE),
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
  atRest: Object.fromEntries(atRest),
});

async function restOf(name: string): Promise<Held> {
  const server = new Child<object, number | Held>(name, [], ['--expose-gc', program, name]);
  try {
    await server.next();
    return (await server.ask({})) as Held;
  } finally {
    server.end();
  }
}

async function sampleOf(name: string): Promise<Sample> {
  const question = questionOf('product', '');
  const server = new Child<object, number | Held>(name, [], ['--expose-gc', program, name]);
  const held = async (): Promise<Held> => (await server.ask({})) as Held;
  try {
    const port = (await server.next()) as number;
    async function connectIdle(): Promise<void> {
      await connectAll(port, connections, 1);
      // Asked once each: a connection that was never used is not what keep-alive leaves behind.
      await run(question, 0);
      await delay(IDLE_MS);
    }
    await connectAll(port, 32, 1);
    await run(question, options.isQuick ? 100 : WARM_UP_MS);
    disconnectAll();
    // Once without being measured: what a server needs for the first of its connections is none of theirs.
    await connectIdle();
    disconnectAll();
    await delay(IDLE_MS);
    const served = await held();
    await connectIdle();
    const connected = await held();
    disconnectAll();
    return { served, connected };
  } finally {
    server.end();
  }
}

/** What each process of the one way has beyond one of the other. */
function pairs<T>(
  all: ReadonlyMap<string, readonly T[]>,
  [name, against]: readonly [name: string, against: string],
  read: (sample: T) => number,
): number[] {
  const base = all.get(against) ?? [];
  return (all.get(name) ?? []).map((sample, index) => {
    const other = base[index];
    return other === undefined ? Number.NaN : read(sample) - read(other);
  });
}

function printHeld(name: string): void {
  const list = samples.get(name) ?? [];
  const rest = atRest.get(name) ?? [];
  const show = (values: readonly number[]): string => median(values).toFixed(1).padStart(6);
  const of = (read: (sample: Sample) => number): string => show(list.map(read));
  console.log(
    `${name.padEnd(16)} started ${show(rest.map(({ residentBytes }) => residentBytes / MEGABYTE))} MB resident, ` +
      `${show(rest.map(({ heapBytes }) => heapBytes / MEGABYTE))} MB held; served ${of(({ served }) => served.residentBytes / MEGABYTE)} MB; ` +
      `a connection ${of(({ served, connected }) => (connected.heapBytes - served.heapBytes) / connections)} bytes`,
  );
}
