import type { Entrant } from './line-up.js';
import type { Measurement, Sample } from './measure.js';
import { median, summarise, type Summary } from './statistics.js';

/** Whether a goal is met: `unclear` when the interval of the median holds the goal. */
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
  readonly comparison?: Comparison;
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
    const row: Row = {
      name: entrant.name,
      title: entrant.title,
      cpuMicroseconds: median(own.map(cpuMicroseconds)),
      requestsPerSecond: median(own.map(({ answers, ms }) => (answers / ms) * 1000)),
      residentMegabytes: median(own.map(({ residentBytes }) => residentBytes / 2 ** 20)),
      loadGeneratorBusy: median(own.map(({ loadCpuMs, ms }) => loadCpuMs / ms)),
    };
    if (entrant.against === undefined) return row;
    const others = samples.filter(({ name }) => name === entrant.against);
    return { ...row, comparison: compare(entrant, entrant.against, own, others) };
  });
}

function cpuMicroseconds({ serverCpuMs, answers }: Sample): number {
  return (serverCpuMs / answers) * 1000;
}

function compare(
  entrant: Entrant,
  against: string,
  own: readonly Sample[],
  others: readonly Sample[],
): Comparison {
  const ratios: number[] = [];
  const generations: number[][] = [];
  for (const sample of own) {
    const other = others.find(
      ({ generation, round }) => generation === sample.generation && round === sample.round,
    );
    if (other === undefined) continue;
    const ratio = cpuMicroseconds(sample) / cpuMicroseconds(other);
    ratios.push(ratio);
    (generations[sample.generation] ??= []).push(ratio);
  }
  const summary = summarise(ratios);
  const { goal, isNullTest = false } = entrant;
  return {
    against,
    pairs: ratios.length,
    isNullTest,
    ...summary,
    generations: generations.map(median),
    ...(goal === undefined ? {} : { goal, verdict: judge(summary, goal) }),
  };
}

function judge({ interval: [low, high] }: Summary, goal: number): Verdict {
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
    ...rows.map((row) => [
      row.title,
      `${row.cpuMicroseconds.toFixed(1)} µs`,
      ...formatComparison(rows, row.comparison),
      row.requestsPerSecond.toFixed(0),
    ]),
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

function formatComparison(rows: readonly Row[], comparison: Comparison | undefined): string[] {
  if (comparison === undefined) return ['', '', '', '', '', '', ''];
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
