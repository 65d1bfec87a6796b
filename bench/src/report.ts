import type { Baseline } from './contender.js';
import type { Entrant } from './line-up.js';
import type { Measurement, Sample } from './measure.js';
import { median, summarise, type Summary } from './statistics.js';

/** Whether a goal is met: `unclear` when the interval of the median holds the goal, or there were few generations. */
export type Verdict = 'met' | 'missed' | 'unclear';

/** One contender's figures. */
export interface Row {
  readonly name: string;
  readonly title: string;
  /** Server CPU time, user and system, for one request. */
  readonly cpuMicroseconds: number;
  readonly requestsPerSecond: number;
  readonly residentMegabytes: number;
  /** CPU of the load generator over time: near 1, it limited the throughput. */
  readonly loadGeneratorBusy: number;
  readonly comparisons: readonly Comparison[];
}

/** One contender's CPU time per request, divided by another's in the same round. */
export interface Comparison extends Summary {
  readonly against: string;
  readonly pairs: number;
  readonly isNullTest: boolean;
  /** The median of each generation alone: how much two processes of the same program differ. */
  readonly generations: readonly number[];
  readonly goal?: number;
  readonly verdict?: Verdict;
}

/** Works out what the samples say. */
export function evaluate(entrants: readonly Entrant[], { samples }: Measurement): Row[] {
  return entrants.map((entrant) => {
    const own = samples.filter(({ name }) => name === entrant.name);
    return {
      name: entrant.name,
      title: entrant.title,
      cpuMicroseconds: median(own.map(cpuMicroseconds)),
      requestsPerSecond: median(own.map(({ answers, ms }) => (answers / ms) * 1000)),
      residentMegabytes: median(own.map(({ residentBytes }) => residentBytes / 2 ** 20)),
      loadGeneratorBusy: median(own.map(({ loadCpuMs, ms }) => loadCpuMs / ms)),
      comparisons: (entrant.against ?? []).map((baseline) => {
        const others = samples.filter(({ name }) => name === baseline.name);
        return compare(baseline, entrant.isNullTest ?? false, own, others);
      }),
    };
  });
}

function cpuMicroseconds({ serverCpuMs, answers }: Sample): number {
  return (serverCpuMs / answers) * 1000;
}

function compare(
  { name: against, goal }: Baseline,
  isNullTest: boolean,
  own: readonly Sample[],
  others: readonly Sample[],
): Comparison {
  const generations: number[][] = [];
  for (const sample of own) {
    const other = others.find(
      ({ generation, round }) => generation === sample.generation && round === sample.round,
    );
    if (other === undefined) continue;
    const ratio = cpuMicroseconds(sample) / cpuMicroseconds(other);
    (generations[sample.generation] ??= []).push(ratio);
  }
  const summary = summarise(generations);
  return {
    against,
    pairs: generations.flat().length,
    isNullTest,
    ...summary,
    generations: generations.map(median),
    ...(goal === undefined ? {} : { goal, verdict: judge(summary, goal, generations.length) }),
  };
}

/** Fewer generations than this say nothing of how processes differ, and would make the interval too narrow. */
const fewestGenerations = 6;

function judge({ interval: [low, high] }: Summary, goal: number, generations: number): Verdict {
  if (generations < fewestGenerations) return 'unclear';
  if (high <= goal) return 'met';
  return low > goal ? 'missed' : 'unclear';
}

/** The table for people. */
export function formatTable(rows: readonly Row[]): string {
  const table = [
    [
      '',
      'CPU/request',
      'against',
      'goal',
      'ratio',
      'quartiles',
      '95 % interval',
      'generations',
      'verdict',
      'requests/s',
    ],
    ...rows.flatMap((row) => formatRow(rows, row)),
  ];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0))) ?? [];
  const lines = table.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
  return lines.join('\n');
}

/** One line, and one more for each further comparison. */
function formatRow(rows: readonly Row[], row: Row): string[][] {
  const [first, ...others] = row.comparisons.map((comparison) => formatComparison(rows, comparison));
  const { title, cpuMicroseconds: cpu, requestsPerSecond } = row;
  return [
    [title, `${cpu.toFixed(1)} µs`, ...(first ?? nothing), requestsPerSecond.toFixed(0)],
    ...others.map((comparison) => ['', '', ...comparison, '']),
  ];
}

const nothing = ['', '', '', '', '', '', ''];

function formatComparison(rows: readonly Row[], comparison: Comparison): string[] {
  const { against, goal, generations, interval, isNullTest, lowerQuartile, upperQuartile, verdict } =
    comparison;
  return [
    rows.find(({ name }) => name === against)?.title ?? against,
    goal === undefined ? '' : `≤ ${goal.toFixed(2)}`,
    comparison.median.toFixed(3),
    formatRange(lowerQuartile, upperQuartile),
    formatRange(...interval),
    formatRange(Math.min(...generations), Math.max(...generations)),
    isNullTest ? 'noise floor' : (verdict ?? ''),
  ];
}

function formatRange(low: number, high: number): string {
  return `${low.toFixed(3)}–${high.toFixed(3)}`;
}
