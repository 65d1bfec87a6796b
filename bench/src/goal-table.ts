import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bound, type Goal, GOALS } from './goals.js';
import type { Figure, Results } from './run-report.js';
import { formatTable } from './text-table.js';
import { judge, type Verdict } from './verdict.js';

/** A goal and what was measured of it. */
export interface GoalRow extends Goal {
  /** Not there: the benchmark, or this part of it, has not been run. */
  readonly figure?: Figure;
  readonly verdict: Verdict | 'not measured';
}

/** What the benchmarks have written to a folder, by benchmark; those that have not been run are left out. */
export async function readResults(folder: string): Promise<Readonly<Record<string, Results>>> {
  const benchmarks = [...new Set(GOALS.map(({ benchmark }) => benchmark))];
  const files = await Promise.all(
    benchmarks.map(async (benchmark) => {
      const text = await readFile(join(folder, `${benchmark}.json`), 'utf8').catch(ignoreMissing);
      return text === undefined ? [] : [[benchmark, JSON.parse(text) as Results] as const];
    }),
  );
  return Object.fromEntries(files.flat());
}

/** Compares what was measured with the goals, in the order of the goals. */
export function judgeGoals(results: Readonly<Record<string, Pick<Results, 'figures'>>>): GoalRow[] {
  return GOALS.map((goal) => {
    const figure = results[goal.benchmark]?.figures[goal.key];
    if (figure === undefined) return { ...goal, verdict: 'not measured' };
    return { ...goal, figure, verdict: judge(figure, goal.bound) };
  });
}

/** The table for people, and a note for each benchmark that was only tried. */
export function formatGoals(rows: readonly GoalRow[], results: Readonly<Record<string, Results>>): string {
  const tried = Object.keys(results).filter((benchmark) => results[benchmark]?.isQuick === true);
  const notes = tried.map(
    (benchmark) => `Note: ${benchmark} was run with --quick: its figures mean nothing.`,
  );
  const table = formatTable(
    ['what', 'goal', 'measured', 'spread', 'verdict'],
    rows.map(({ what, bound, figure, verdict }) => [
      what,
      showBound(bound),
      figure === undefined ? '' : `${show(figure.value)} ${figure.unit}`,
      figure?.low === undefined || figure.high === undefined
        ? ''
        : `${show(figure.low)} to ${show(figure.high)}`,
      verdict,
    ]),
  );
  return [table, ...notes].join('\n');
}

/** `≤ 1.03` */
export function showBound(bound: Bound): string {
  return 'atMost' in bound ? `≤ ${bound.atMost}` : `≥ ${bound.atLeast}`;
}

/** As many digits as say something, and commas between thousands. */
export function show(value: number): string {
  const size = Math.abs(value);
  if (size >= 10_000) return Math.round(value).toLocaleString('en');
  if (size >= 100) return value.toFixed(0);
  return value.toFixed(size >= 10 ? 1 : 3);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
