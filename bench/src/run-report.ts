import { mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describeEnvironment, type Environment } from './environment.js';
import type { Bound } from './goals.js';
import { median } from './statistics.js';

/** What every benchmark beside the one of HTTP servers takes on its command line. */
export interface RunOptions {
  /** One small round of everything: to see that it works, not to measure. */
  readonly isQuick: boolean;
  /** Folder that the JSON goes to. */
  readonly folder: string;
}

/** Reads `--quick` and `--results <folder>`. */
export function readRunOptions(): RunOptions {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, results: { type: 'string' } },
  });
  return {
    isQuick: values.quick,
    folder: resolve(values.results ?? resolve(import.meta.dirname, '../results')),
  };
}

/** One measured value with what it ought to be. */
export interface Figure {
  readonly title: string;
  readonly value: number;
  /** `ms`, `MB`, `ratio`, … */
  readonly unit: string;
  readonly goal?: Bound;
  /** The spread, in the figure's unit. */
  readonly low?: number;
  readonly high?: number;
  /** How far apart two of the same were in this run, as a share: a smaller difference means nothing. */
  readonly noise?: number;
  /** Times that the processes were started afresh, where the spread comes from that: few make it too narrow. */
  readonly generations?: number;
}

/** Figures by key: the keys are what the table of goals asks for, so they stay as they are. */
export type Figures = Readonly<Record<string, Figure>>;

/** How the name of a file ends that has every sample of a series of servers, beside its figures. */
export const SAMPLES = '-samples.json';

/** What a benchmark, or a series of servers, writes to `results/<name>.json`. */
export interface Results {
  readonly environment: Environment;
  readonly isQuick: boolean;
  readonly figures: Figures;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Prints with what and how the figures are got, before they are. */
export function printHeading(script: string, plan: string): Environment {
  const environment = {
    ...describeEnvironment({ servers: [], load: [] }),
    command: ['pnpm', script, ...process.argv.slice(2)].join(' '),
  };
  for (const [name, value] of Object.entries({ ...environment, plan })) {
    if (name !== 'cores') console.log(`${name.padEnd(10)} ${value}`);
  }
  console.log('');
  return environment;
}

/**
 * Prints figures and their verdicts, and writes them to `<name>.json`, which the next run replaces.
 *
 * @param details Whatever a doubtful reader wants to compute the figures from.
 */
export async function keepFigures(
  { folder, isQuick }: RunOptions,
  name: string,
  environment: Environment,
  figures: Figures,
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  for (const figure of Object.values(figures)) console.log(lineOf(figure));
  await mkdir(folder, { recursive: true });
  const file = resolve(folder, `${name}.json`);
  const results: Results = { environment, isQuick, figures, details };
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
  console.log(`\nEvery sample is in ${file}${isQuick ? ' (--quick: no measurement)' : ''}`);
}

function lineOf({ title, value, unit, goal, low, high }: Figure): string {
  const spread = low === undefined || high === undefined ? '' : ` (${show(low)} to ${show(high)})`;
  const shown = `${title.padEnd(64)} ${show(value).padStart(9)} ${unit}${spread}`;
  if (goal === undefined) return shown;
  const [isMet, bound] =
    'atMost' in goal
      ? [value <= goal.atMost, `at most ${goal.atMost}`]
      : [value >= goal.atLeast, `at least ${goal.atLeast}`];
  return `${shown}  goal ${bound}: ${isMet ? 'met' : 'missed'}`;
}

function show(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}

/** The figure of samples: their median, with the quartiles as spread. */
export function figureOf(samples: readonly number[], rest: Omit<Figure, 'value' | 'low' | 'high'>): Figure {
  const sorted = samples.toSorted((one, other) => one - other);
  const low = median(sorted.slice(0, Math.ceil(sorted.length / 2)));
  const high = median(sorted.slice(Math.floor(sorted.length / 2)));
  return { ...rest, value: median(sorted), low, high };
}
