import { mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { choosePins } from './child.js';
import { describeEnvironment } from './environment.js';
import { formatGoals, judgeGoals, readResults } from './goal-table.js';
import { type Entrant, lineUp } from './line-up.js';
import { type Measurement, measure, type Plan } from './measure.js';
import { type Comparison, evaluate, formatTable, type Row } from './report.js';

const help = `pnpm bench [options]

Prints the server's CPU time per request of each contender, and its ratio to the bare application.

  --only <names>       these contenders, with commas between, and those that they are compared with
  --generations <n>    times that every process is started afresh (12)
  --rounds <n>         interleaved rounds in each generation (10)
  --seconds <s>        length of one contender's part in a round (0.1)
  --warm-up <s>        load on each process before its first round (3)
  --connections <n>    keep-alive connections (32)
  --pipelining <n>     requests under way on each connection (1)
  --node-flags <flags> what the servers' node gets (a young generation of one size for all); '' for none
  --folder <path>      take the contenders from this folder of .js files
  --goals              print the table of goals from what has been measured before, and end
  --list               print the contenders' names, and end
  --help               print this, and end
`;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    generations: { type: 'string', default: '12' },
    rounds: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '0.1' },
    'warm-up': { type: 'string', default: '3' },
    connections: { type: 'string', default: '32' },
    pipelining: { type: 'string', default: '1' },
    'node-flags': { type: 'string', default: '--min-semi-space-size=16 --max-semi-space-size=16' },
    folder: { type: 'string' },
    goals: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) process.stdout.write(help);
else if (options.goals) await printGoals();
else {
  await bench().catch((error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
  });
}

async function printGoals(): Promise<void> {
  const results = await readResults(resolve(import.meta.dirname, '../results'));
  print(formatGoals(judgeGoals(results), results));
}

async function bench(): Promise<void> {
  const plan: Plan = {
    generations: positive('generations'),
    rounds: positive('rounds'),
    roundMs: positive('seconds') * 1000,
    warmUpMs: positive('warm-up') * 1000,
    connections: positive('connections'),
    pipelining: positive('pipelining'),
    nodeFlags: options['node-flags'].split(' ').filter((flag) => flag !== ''),
  };
  const { folder } = options;
  const names = options.only.split(',').filter((name) => name !== '');
  const entrants = await lineUp(
    folder === undefined ? resolve(import.meta.dirname, '../src/contenders') : resolve(folder),
    folder === undefined ? resolve(import.meta.dirname, 'contenders') : resolve(folder),
    names,
  );
  if (options.list) return print(entrants.map(({ name }) => name).join('\n'));

  const environment = describeEnvironment(choosePins());
  print(
    Object.entries(environment)
      .map(([name, value]) => `${name.padEnd(10)} ${value}`)
      .join('\n'),
  );
  print(`flags      ${plan.nodeFlags.join(' ') || 'none'}`);
  print(describePlan(plan, entrants));

  const measurement = await measure(entrants, plan, showProgress);
  const rows = evaluate(entrants, measurement);
  print(`\n${formatTable(rows)}\n`);
  for (const warning of [...differingSettings(entrants, measurement), ...noise(rows)]) print(warning);
  const file = await save({
    environment,
    plan,
    rows,
    settings: Object.fromEntries(measurement.settings),
    samples: measurement.samples,
  });
  print(`Every answer was checked: all right. Every sample is in ${file}`);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${explain(error.cause)}`;
}

function positive(
  name: 'generations' | 'rounds' | 'seconds' | 'warm-up' | 'connections' | 'pipelining',
): number {
  const value = Number(options[name]);
  if (!(value > 0)) throw new Error(`--${name} must be a number above 0, not "${options[name]}"`);
  return value;
}

function describePlan(plan: Plan, entrants: readonly Entrant[]): string {
  const { generations, rounds, roundMs, warmUpMs, connections, pipelining } = plan;
  // 60 ms: to connect; 500 ms: to start; 1.5: some are warmed up with two questions.
  const minutes = (generations * entrants.length * (rounds * (roundMs + 60) + 1.5 * warmUpMs + 500)) / 60_000;
  return `plan       ${generations} generations × ${rounds} rounds × ${entrants.length} contenders × ${roundMs} ms, ${connections} connections, pipelining ${pipelining}: about ${minutes.toFixed(1)} minutes`;
}

/** A ratio of two servers with different settings would be a ratio of their settings too. */
function differingSettings(entrants: readonly Entrant[], { settings }: Measurement): string[] {
  return entrants.flatMap(({ name, against = [] }) =>
    against.flatMap((baseline) => {
      const own = JSON.stringify(settings.get(name));
      const other = JSON.stringify(settings.get(baseline.name));
      return own === other ? [] : [`Note: the servers differ: ${name} ${own}, ${baseline.name} ${other}`];
    }),
  );
}

/** When two of the same differ by as much as half of what a goal allows, a verdict near the goal is chance. */
function noise(rows: readonly Row[]): string[] {
  const isOff = ({ isNullTest, median }: Comparison): boolean => isNullTest && Math.abs(median - 1) > 0.025;
  return rows
    .filter(({ comparisons }) => comparisons.some(isOff))
    .map(({ title }) => `Note: "${title}" is off by more than 0.025. Repeat when the machine is idle.`);
}

async function save(result: { environment: { date: string } } & Record<string, unknown>): Promise<string> {
  const folder = resolve(import.meta.dirname, '../results');
  await mkdir(folder, { recursive: true });
  const file = resolve(folder, `${result.environment.date.replaceAll(':', '-')}.json`);
  await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
  return file;
}

function showProgress(done: number, total: number): void {
  if (process.stderr.isTTY) process.stderr.write(done < total ? `\rround ${done} of ${total}` : '\r\u001B[K');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
