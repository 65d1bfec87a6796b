import type { Comparison, Row } from './evaluate.js';
import type { Summary } from './statistics.js';
import { formatTable } from './text-table.js';

/** What a series has shown, for a terminal: one line for each contender, and one more for each further comparison. */
export function formatSeries(rows: readonly Row[]): string {
  if (rows.some(({ latency }) => latency !== undefined)) return formatLatencies(rows);
  const head = [
    '',
    'CPU/request',
    'requests/s',
    'resident',
    'against',
    'CPU ratio',
    '95 % interval',
    'generations',
    'throughput',
  ];
  return formatTable(head, rows.flatMap(linesOf));
}

function linesOf(row: Row, _index: number, rows: readonly Row[]): string[][] {
  const { name, title, workload, cpu, rate, residentMegabytes, comparisons } = row;
  const [first, ...others] = comparisons.map((comparison) => cellsOf(comparison, rows));
  const isOnly = rows.filter((other) => other.name === name).length === 1;
  return [
    [
      isOnly ? title : `${title}, ${workload}`,
      `${cpu.median.toFixed(1)} µs`,
      rate.median.toFixed(0),
      `${residentMegabytes.median.toFixed(0)} MB`,
      ...(first ?? []),
    ],
    ...others.map((cells) => ['', '', '', '', ...cells]),
  ];
}

function cellsOf(
  { against, cpu, rate, generations, isNullTest }: Comparison,
  rows: readonly Row[],
): string[] {
  const title = rows.find(({ name }) => name === against)?.title ?? against;
  return [
    isNullTest ? `${title} (noise)` : title,
    cpu.median.toFixed(3),
    formatRange(...cpu.interval),
    formatRange(Math.min(...generations), Math.max(...generations)),
    rate.median.toFixed(2),
  ];
}

function formatLatencies(rows: readonly Row[]): string {
  const show = (summary: Summary | undefined): string[] =>
    summary === undefined
      ? ['', '']
      : [`${summary.median.toFixed(2)} ms`, formatRange(summary.lowerQuartile, summary.upperQuartile)];
  return formatTable(
    ['', 'median', 'quartiles', '99th of 100', 'quartiles', 'requests/s', 'CPU/request'],
    rows.map(({ title, latency, rate, cpu }) => [
      title,
      ...show(latency?.p50),
      ...show(latency?.p99),
      rate.median.toFixed(0),
      `${cpu.median.toFixed(1)} µs`,
    ]),
  );
}

function formatRange(low: number, high: number): string {
  return `${low.toFixed(3)}–${high.toFixed(3)}`;
}
