import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { choosePins } from './child.js';
import { describeEnvironment } from './environment.js';
import { evaluate, figuresOf, noiseOf, type Row } from './evaluate.js';
import { formatGoals, judgeGoals, readResults } from './goal-table.js';
import { choose, type Entrant, lineUp } from './line-up.js';
import { type Measurement, measure, type Sample } from './measure.js';
import { HELP, type Options, readOptions } from './options.js';
import { type Results, SAMPLES } from './run-report.js';
import { formatSeries } from './series-table.js';
import type { Series } from './series.js';
import { verify } from './verify.js';

const bench = resolve(import.meta.dirname, '..');

try {
  await run(readOptions());
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}

async function run(options: Options): Promise<void> {
  if (options.mode === 'help') return void process.stdout.write(HELP);
  if (options.mode === 'goals') return printGoals(options);
  const all = await lineUpAll(options);
  const extra = options.folder === undefined ? [] : [...(await lineUpFolder(options.folder)).keys()];
  if (options.mode === 'verify') return verifyAll([...all.values()], options.only);
  const parts = options.series
    .map((series) => ({
      series,
      entrants: choose(all, [...series.contenders, ...extra], options.only),
    }))
    .filter(({ entrants }) => entrants.length > 0);
  if (parts.length === 0) throw new Error(`no series has any of ${options.only.join(', ')}: see --list`);
  if (options.mode === 'list') {
    for (const { series, entrants } of parts)
      print(`${series.name}: ${series.title}\n  ${entrants.map(({ name }) => name).join('\n  ')}`);
    return;
  }
  await measureAll(parts, options);
}

interface Part {
  readonly series: Series;
  readonly entrants: readonly Entrant[];
}

async function measureAll(parts: readonly Part[], options: Options): Promise<void> {
  const { plan, isQuick } = options;
  const environment = describeEnvironment(choosePins());
  for (const [name, value] of Object.entries(environment)) print(`${name.padEnd(10)} ${value}`);
  print(`flags      ${plan.nodeFlags.join(' ') || 'none'}`);
  print(`load       ${plan.connections} connections, pipelining ${plan.pipelining}`);
  print(`time       about ${parts.reduce((sum, part) => sum + minutesOf(part), 0).toFixed(1)} minutes`);

  for (const { series, entrants } of parts) {
    print(`\n${series.name}: ${series.title} (${describe({ series, entrants })})\n`);
    const measurement = await measure(entrants, series, plan, showProgress);
    const rows = evaluate(entrants, series, measurement);
    print(formatSeries(rows));
    for (const warning of [...differingSettings(entrants, measurement), ...noise(rows)]) print(warning);
    const details = { plan, series, settings: Object.fromEntries(measurement.settings) };
    const results = { environment, isQuick, figures: figuresOf(series, rows), details };
    await save(resultsFolder(options), series.name, results, measurement.samples);
  }
  print('');
  await printGoals(options);
  print(
    `\nEvery answer was checked: all right. Figures are in ${resultsFolder(options)}, a file for each series, every sample beside it.`,
  );
}

async function verifyAll(all: readonly Entrant[], only: readonly string[]): Promise<void> {
  const entrants = only.length === 0 ? all : all.filter(({ name }) => only.includes(name));
  const results = await verify(entrants, availableParallelism());
  for (const { name, answers, error } of results) {
    print(error === undefined ? `${name}: ${answers} right answers` : `${name}: ${error}`);
    if (error !== undefined) process.exitCode = 1;
  }
}

async function printGoals(options: Options): Promise<void> {
  const results = await readResults(resultsFolder(options));
  print(formatGoals(judgeGoals(results), results));
}

async function lineUpAll({ folder }: Options): Promise<ReadonlyMap<string, Entrant>> {
  const own = await lineUp(resolve(bench, 'src/contenders'), resolve(bench, 'dist/contenders'));
  return folder === undefined ? own : new Map([...own, ...(await lineUpFolder(folder))]);
}

function lineUpFolder(folder: string): Promise<ReadonlyMap<string, Entrant>> {
  return lineUp(resolve(folder), resolve(folder));
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${explain(error.cause)}`;
}

function describe({ series, entrants }: Part): string {
  const { generations, rounds, roundMs, rate } = series;
  const load = rate === undefined ? '' : `, ${rate} requests/s`;
  return `${generations} generations × ${rounds} rounds × ${entrants.length} contenders × ${roundMs} ms${load}`;
}

function minutesOf({ series, entrants }: Part): number {
  const { generations, rounds, roundMs, warmUpMs, workloads } = series;
  const warmUps = entrants.reduce(
    (sum, { otherBasePath }) => sum + (otherBasePath === undefined ? 1 : 1.5) * warmUpMs,
    0,
  );
  // 60 ms: to connect; 500 ms: to start.
  const perGeneration =
    entrants.length * 500 + workloads.length * (warmUps + entrants.length * rounds * (roundMs + 60));
  return (generations * perGeneration) / 60_000;
}

/** A ratio of two servers with different settings would be a ratio of their settings too. */
function differingSettings(entrants: readonly Entrant[], { settings }: Measurement): string[] {
  return entrants.flatMap(({ name, against = [] }) =>
    against.flatMap((baseline) => {
      const own = JSON.stringify(settings.get(name));
      const other = JSON.stringify(settings.get(baseline) ?? settings.get(name));
      return own === other ? [] : [`Note: the servers differ: ${name} ${own}, ${baseline} ${other}`];
    }),
  );
}

/** When two of the same differ by as much as half of what the narrowest goal allows, a verdict near it is chance. */
function noise(rows: readonly Row[]): string[] {
  const off = noiseOf(rows) ?? 0;
  if (off <= 0.015) return [];
  return [`Note: two of the same differ by ${(off * 100).toFixed(1)} %. Repeat when the machine is idle.`];
}

function resultsFolder({ results }: Options): string {
  return results === undefined ? resolve(bench, 'results') : resolve(results);
}

/** Keeps the figures of a series, and the samples in a file of their own, which is large. */
async function save(
  folder: string,
  name: string,
  results: Results,
  samples: readonly Sample[],
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(resolve(folder, `${name}.json`), `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(resolve(folder, `${name}${SAMPLES}`), `${JSON.stringify(samples)}\n`);
}

function showProgress(done: number, total: number): void {
  if (process.stderr.isTTY) process.stderr.write(done < total ? `\rround ${done} of ${total}` : '\r\u001B[K');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
