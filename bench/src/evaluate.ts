import type { Entrant } from './line-up.js';
import type { Measurement, Sample } from './measure.js';
import type { Figure } from './run-report.js';
import type { Series } from './series.js';
import { mean, median, percentile, type Summary, summarise } from './statistics.js';
import type { WorkloadName } from './workloads.js';

/** One contender's figures for one workload, in one series. */
export interface Row {
  readonly name: string;
  readonly title: string;
  readonly workload: WorkloadName;
  /** Server CPU time, user and system, for one request, in µs. */
  readonly cpu: Summary;
  /** Requests per second. */
  readonly rate: Summary;
  readonly residentMegabytes: Summary;
  /** In ms, where requests were sent at fixed times. */
  readonly latency?: { readonly p50: Summary; readonly p99: Summary };
  readonly comparisons: readonly Comparison[];
}

/**
 * One contender's figures divided by another's of the same round; where that one has a twin, a null test, by the mean
 * of the two: two processes of a program differ by more than what is measured.
 */
export interface Comparison {
  readonly against: string;
  readonly isNullTest: boolean;
  readonly cpu: Summary;
  readonly rate: Summary;
  /** The median CPU ratio of each generation alone: how much two processes of the same program differ. */
  readonly generations: readonly number[];
}

/** Works out what the samples of a series say. */
export function evaluate(entrants: readonly Entrant[], series: Series, { samples }: Measurement): Row[] {
  return series.workloads.flatMap((workload) =>
    entrants.map((entrant) => {
      const samplesOf = (name: string): Sample[] =>
        samples.filter((sample) => sample.workload === workload && sample.name === name);
      const own = samplesOf(entrant.name);
      const of = (read: (sample: Sample) => number): Summary => summarise(byGeneration(own, read));
      const rivals = (entrant.against ?? []).filter((name) => entrants.some((other) => other.name === name));
      return {
        name: entrant.name,
        title: entrant.title,
        workload,
        cpu: of(cpuMicroseconds),
        rate: of(requestsPerSecond),
        residentMegabytes: of(({ residentBytes }) => residentBytes / 2 ** 20),
        ...(series.rate === undefined ? {} : { latency: latencyOf(own) }),
        comparisons: rivals.map((against) => {
          const isNullTest = entrant.isNullTest ?? false;
          const twins = isNullTest ? [] : entrants.filter((other) => isTwin(other, against));
          const bases = [against, ...twins.map(({ name }) => name)];
          return compare(against, isNullTest, own, bases.map(samplesOf));
        }),
      };
    }),
  );
}

function isTwin({ isNullTest = false, against = [] }: Entrant, name: string): boolean {
  return isNullTest && against.includes(name);
}

function cpuMicroseconds({ serverCpuMs, answers }: Sample): number {
  return (serverCpuMs / answers) * 1000;
}

function requestsPerSecond({ answers, ms }: Sample): number {
  return (answers / ms) * 1000;
}

function byGeneration(samples: readonly Sample[], read: (sample: Sample) => number): number[][] {
  const generations: number[][] = [];
  for (const sample of samples) (generations[sample.generation] ??= []).push(read(sample));
  return generations;
}

/** Percentiles of all requests of a generation: one round has too few for the 99th. */
function latencyOf(samples: readonly Sample[]): { p50: Summary; p99: Summary } {
  const generations: number[][] = [];
  for (const { generation, latenciesMs = [] } of samples) {
    const latencies = (generations[generation] ??= []);
    for (const latency of latenciesMs) latencies.push(latency);
  }
  const of = (share: number): Summary =>
    summarise(generations.map((latencies) => [percentile(latencies, share)]));
  return { p50: of(0.5), p99: of(0.99) };
}

function compare(
  against: string,
  isNullTest: boolean,
  own: readonly Sample[],
  bases: readonly (readonly Sample[])[],
): Comparison {
  const ratios = (read: (sample: Sample) => number): number[][] => {
    const generations: number[][] = [];
    for (const sample of own) {
      const { generation, round } = sample;
      const others = bases.flatMap(
        (base) => base.find((other) => other.generation === generation && other.round === round) ?? [],
      );
      if (others.length > 0) (generations[generation] ??= []).push(read(sample) / mean(others.map(read)));
    }
    return generations;
  };
  const cpu = ratios(cpuMicroseconds);
  return {
    against,
    isNullTest,
    cpu: summarise(cpu),
    rate: summarise(ratios(requestsPerSecond)),
    generations: cpu.map(median),
  };
}

/** How far the null tests of these rows are from 1: the largest of them; `undefined` where there was none. */
export function noiseOf(rows: readonly Row[]): number | undefined {
  const offs = rows
    .flatMap(({ comparisons }) => comparisons)
    .filter(({ isNullTest }) => isNullTest)
    .map(({ cpu }) => Math.abs(cpu.median - 1));
  return offs.length === 0 ? undefined : Math.max(...offs);
}

/**
 * The figures by key: `<series>.<workload>.<measure>.<contender>`, and `….<contender>/<contender>` for ratios.
 * Their spread is the interval in which the median of another such run would lie, 19 times of 20.
 */
export function figuresOf(series: Series, rows: readonly Row[]): Record<string, Figure> {
  const figures: Record<string, Figure> = {};
  const noise = noiseOf(rows);
  const { generations } = series;
  const add = (key: string, summary: Summary, title: string, unit: string): void => {
    const [low, high] = summary.interval;
    const isNoisy = unit === 'ratio' && noise !== undefined;

    figures[`${series.name}.${key}`] = {
      title,
      value: summary.median,
      unit,
      low,
      high,
      generations,
      ...(isNoisy ? { noise } : {}),
    };
  };
  for (const { name, title, workload, cpu, rate, residentMegabytes, latency, comparisons } of rows) {
    if (latency === undefined) {
      add(`${workload}.cpu.${name}`, cpu, `${title}, ${workload}: server CPU of a request`, 'µs');
      add(`${workload}.rate.${name}`, rate, `${title}, ${workload}: throughput`, 'requests/s');
      add(
        `${workload}.memory.${name}`,
        residentMegabytes,
        `${title}, ${workload}: resident under load`,
        'MB',
      );
    } else {
      add(`${workload}.p50.${name}`, latency.p50, `${title}, ${workload}: median latency`, 'ms');
      add(`${workload}.p99.${name}`, latency.p99, `${title}, ${workload}: latency of 99 of 100`, 'ms');
      continue;
    }
    for (const comparison of comparisons) {
      const pair = `${name}/${comparison.against}`;
      add(`${workload}.cpu.${pair}`, comparison.cpu, `${pair}, ${workload}: server CPU`, 'ratio');
      add(`${workload}.rate.${pair}`, comparison.rate, `${pair}, ${workload}: throughput`, 'ratio');
    }
  }
  return figures;
}
