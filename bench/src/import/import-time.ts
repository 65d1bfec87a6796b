/**
 * What a fresh process pays for importing Viaduct beside frameworks that it imports anyway, and for `viaduct --help`.
 *
 * Every sample is a process of its own, and the ways take turns. What is told is the time of the whole process
 * less that of its neighbour without Viaduct: an import also costs what is done late, such as freeing its memory.
 */
import { spawnSync } from 'node:child_process';
import { layOutPublished } from '../published.js';
import { median } from '../statistics.js';
import { figureOf, keepFigures, printHeading, readRunOptions } from '../run-report.js';

const FRAMEWORKS = "import 'fastify'; import 'koa';";
const COMMAND = 'node_modules/viaduct/dist/command/main.js';

/** Arguments of `node`, in the folder with the packages as they are published. */
const WAYS = {
  nothing: ['-e', '0'],
  frameworks: module(FRAMEWORKS),
  viaduct: module(`${FRAMEWORKS} import 'viaduct';`),
  bridges: module(`${FRAMEWORKS} import 'viaduct'; import '@viaduct/fastify'; import '@viaduct/koa';`),
  help: [COMMAND, '--help'],
  'serve help': [COMMAND, 'serve', '--help'],
} as const;

type Way = keyof typeof WAYS;

const options = readRunOptions();
const rounds = options.isQuick ? 2 : 60;
const names = Object.keys(WAYS) as Way[];
const environment = printHeading(
  'bench:import',
  `${rounds} interleaved rounds of ${names.length} fresh processes, about a minute`,
);

const published = await layOutPublished();
const times = new Map<Way, number[]>(names.map((name) => [name, []]));
try {
  // The first round reads the files from the disk, and is not counted.
  for (let round = -1; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const elapsed = timeOf(WAYS[name]);
      if (round >= 0) times.get(name)?.push(elapsed);
    }
  }
} finally {
  published.remove();
}

for (const [name, samples] of times) {
  console.log(
    `${name.padEnd(12)} min ${Math.min(...samples)
      .toFixed(1)
      .padStart(6)} ms  median ${median(samples).toFixed(1).padStart(6)} ms`,
  );
}
console.log('');
const figures = {
  'import.viaduct': difference('viaduct', 'frameworks', 'import of viaduct beyond fastify and koa', 40),
  'import.bridges': difference('bridges', 'frameworks', 'the same with both bridges'),
  'import.help': difference('help', 'nothing', 'viaduct --help beyond node -e 0', 150),
  'import.serve-help': difference('serve help', 'nothing', 'viaduct serve --help beyond node -e 0', 150),
};
await keepFigures(options, 'import', environment, figures, { times: Object.fromEntries(times) });

/** Of neighbours in time: what disturbs the machine hits both. */
function difference(way: Way, baseline: Way, title: string, atMost?: number): ReturnType<typeof figureOf> {
  const base = times.get(baseline) ?? [];
  const samples = (times.get(way) ?? []).map((time, round) => time - (base[round] ?? Number.NaN));
  return figureOf(samples, { title, unit: 'ms', ...(atMost === undefined ? {} : { goal: { atMost } }) });
}

function timeOf(args: readonly string[]): number {
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: published.folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const elapsed = performance.now() - startedAt;
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${String(status)}: ${stderr}`);
  return elapsed;
}

function module(source: string): readonly string[] {
  return ['--input-type=module', '-e', source];
}
