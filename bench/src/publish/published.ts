import type { Environment } from '../environment.js';
import type { Figure, Results } from '../run-report.js';
import { SERIES } from '../series.js';

/** What is published of one benchmark: enough to draw tables and pictures of, without the samples. */
export interface Publication {
  readonly environment: Environment;
  readonly figures: Readonly<Record<string, Figure>>;
}

/** By benchmark, or series of servers. */
export type Publications = Readonly<Record<string, Publication>>;

const seriesNames: ReadonlySet<string> = new Set(SERIES.map(({ name }) => name));

/** Whether it is a series of the benchmark of HTTP servers. */
export function isSeries(benchmark: string): boolean {
  return seriesNames.has(benchmark);
}

/** The figures of all series of HTTP servers: a key begins with the name of its series. */
export function serverFigures(publications: Publications): Publication['figures'] {
  const series = Object.entries(publications).filter(([benchmark]) => isSeries(benchmark));
  return Object.assign({}, ...series.map(([, { figures }]) => figures)) as Publication['figures'];
}

/**
 * What was published before, with newly measured benchmarks and series in the place of their old figures.
 *
 * @throws {Error} When one of them was only tried.
 */
export function merge(before: Publications, measured: Readonly<Record<string, Results>>): Publications {
  const after: Record<string, Publication> = { ...before };
  for (const [benchmark, { environment, figures, isQuick }] of Object.entries(measured)) {
    if (isQuick) {
      throw new Error(
        `${benchmark} was run with --quick, and its figures mean nothing. Run it without, or remove results/${benchmark}.json.`,
      );
    }
    after[benchmark] = { environment, figures };
  }
  return after;
}

/** As JSON with one line for each figure, so that a change of one is a change of one line. */
export function toJson(publications: Publications): string {
  const benchmarks = Object.entries(publications)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([benchmark, { environment, figures }]) => {
      // In the benchmark's order, in which a title may speak of the one before.
      const lines = Object.entries(figures).map(
        ([key, figure]) => `      ${JSON.stringify(key)}: ${JSON.stringify(rounded(figure))}`,
      );
      const head = `    "environment": ${JSON.stringify(environment)}`;
      return `  ${JSON.stringify(benchmark)}: {\n${head},\n    "figures": {\n${lines.join(',\n')}\n    }\n  }`;
    });
  return `{\n${benchmarks.join(',\n')}\n}\n`;
}

/** Five digits: the sixth says nothing. */
function rounded(figure: Figure): Figure {
  return Object.fromEntries(
    Object.entries(figure).map(([name, value]) => [
      name,
      typeof value === 'number' ? Number(value.toPrecision(5)) : (value as unknown),
    ]),
  ) as unknown as Figure;
}
