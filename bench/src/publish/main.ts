/**
 * Makes the tables and pictures of `docs/performance.md` from what the benchmarks have measured:
 * `node dist/publish/main.js [--results <folder>]`. With `--check` it writes nothing, and ends with 1 when what is
 * there is not what it would make of `docs/performance/results.json`.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { lineUp } from '../line-up.js';
import { type Results, SAMPLES } from '../run-report.js';
import { makeCharts } from './charts.js';
import { merge, type Publications, toJson } from './published.js';
import { fillSections } from './sections.js';
import { makeTables } from './tables.js';

const { values: options } = parseArgs({
  options: {
    results: { type: 'string' },
    docs: { type: 'string' },
    check: { type: 'boolean', default: false },
  },
});
const bench = resolve(import.meta.dirname, '../..');
const docs = resolve(options.docs ?? resolve(bench, '../docs'));
const page = join(docs, 'performance.md');
const folder = join(docs, 'performance');

try {
  await (options.check ? check() : publish());
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function publish(): Promise<void> {
  const measured = await readMeasured(resolve(options.results ?? join(bench, 'results')));
  // As they are written, so that a check makes the same of them.
  const publications = JSON.parse(toJson(merge(await readPublished(), measured))) as Publications;
  const files = await make(publications);
  await mkdir(folder, { recursive: true });
  for (const file of await staleCharts(files)) await rm(file);
  for (const [file, text] of files) await writeFile(file, text);
  console.log(`${[...files.keys()].join('\n')}\nfrom ${Object.keys(publications).join(', ')}`);
}

async function check(): Promise<void> {
  const files = await make(await readPublished());
  const wrong = await staleCharts(files);
  for (const [file, text] of files) {
    const isSame = (await readFile(file, 'utf8').catch(() => '')) === text;
    if (!isSame) wrong.push(file);
  }
  if (wrong.length > 0)
    throw new Error(`not what results.json gives: ${wrong.join(', ')}. Run npm run bench:publish.`);
}

/** Every file by its name, with what ought to be in it. */
async function make(publications: Publications): Promise<Map<string, string>> {
  const titles = await lineUp(join(bench, 'src/contenders'), join(bench, 'dist/contenders'));
  const charts = makeCharts(publications, titles);
  return new Map([
    [join(folder, 'results.json'), toJson(publications)],
    ...Object.entries(charts).map(([file, svg]): [string, string] => [join(folder, file), svg]),
    [page, fillSections(await readFile(page, 'utf8'), makeTables(publications, titles))],
  ]);
}

async function staleCharts(files: ReadonlyMap<string, string>): Promise<string[]> {
  const there = (await readdir(folder)).filter((file) => file.endsWith('.svg'));
  return there.map((file) => join(folder, file)).filter((file) => !files.has(file));
}

async function readPublished(): Promise<Publications> {
  const text = await readFile(join(folder, 'results.json'), 'utf8').catch(() => '{}');
  return JSON.parse(text) as Publications;
}

/** All benchmarks and series that have left a file, but for samples, which stand in files of their own. */
async function readMeasured(results: string): Promise<Record<string, Results>> {
  const measured: Record<string, Results> = {};
  for (const file of await readdir(results)) {
    if (!file.endsWith('.json') || file.endsWith(SAMPLES)) continue;
    measured[file.slice(0, -'.json'.length)] = JSON.parse(
      await readFile(join(results, file), 'utf8'),
    ) as Results;
  }
  return measured;
}
