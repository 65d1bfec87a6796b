import { parseArgs } from 'node:util';
import type { Plan } from './measure.js';
import { type Series, SERIES } from './series.js';

/** What `pnpm bench --help` prints. */
export const HELP: string = `pnpm bench [options]

Measures servers of the same applications, bare, behind Viaduct and behind what else there is, and prints the
table of goals.

  --only <names>       these contenders, with commas between, and those that they are compared with
  --series <names>     these series (${SERIES.map(({ name }) => name).join(', ')})
  --generations <n>    times that every process is started afresh, in the place of what a series says
  --rounds <n>         interleaved rounds in each generation, likewise
  --seconds <s>        length of one contender's part in a round, likewise
  --warm-up <s>        load on each process before its first round, likewise
  --quick              one short round of everything: to see that it works, not to measure
  --connections <n>    keep-alive connections (32)
  --pipelining <n>     requests under way on each connection (1)
  --node-flags <flags> what the servers' node gets (a young generation of one size for all); '' for none
  --folder <path>      the contenders of this folder of .js files too, in each series that is run
  --results <path>     folder that the JSON goes to (bench/results)
  --verify             ask every contender all that it can be asked, compare the answers, measure nothing
  --goals              print the table of goals from what has been measured before
  --list               print the series and their contenders
  --help               print this
`;

/** What a run is asked to do. */
export interface Options {
  readonly mode: 'measure' | 'verify' | 'goals' | 'list' | 'help';
  readonly series: readonly Series[];
  readonly plan: Plan;
  readonly only: readonly string[];
  readonly isQuick: boolean;
  readonly folder: string | undefined;
  readonly results: string | undefined;
}

/** @throws {Error} When an option is unknown, or is not what it must be. */
export function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      series: { type: 'string', default: '' },
      generations: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      'warm-up': { type: 'string' },
      quick: { type: 'boolean', default: false },
      connections: { type: 'string', default: '32' },
      pipelining: { type: 'string', default: '1' },
      'node-flags': {
        type: 'string',
        default: '--expose-gc --min-semi-space-size=16 --max-semi-space-size=16',
      },
      folder: { type: 'string' },
      results: { type: 'string' },
      verify: { type: 'boolean', default: false },
      goals: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const number = (name: 'generations' | 'rounds' | 'seconds' | 'warm-up'): number | undefined =>
    values[name] === undefined ? undefined : positive(name, values[name]);
  const short = values.quick ? { generations: 1, rounds: 1, roundMs: 50, warmUpMs: 50 } : {};
  const given = definedOf({
    generations: number('generations'),
    rounds: number('rounds'),
    roundMs: inMs(number('seconds')),
    warmUpMs: inMs(number('warm-up')),
  });
  const modes = ['help', 'list', 'goals', 'verify'] as const;
  return {
    mode: modes.find((mode) => values[mode]) ?? 'measure',
    series: chosenSeries(split(values.series)).map((each) => ({ ...each, ...short, ...given })),
    plan: {
      connections: positive('connections', values.connections),
      pipelining: positive('pipelining', values.pipelining),
      nodeFlags: values['node-flags'].split(' ').filter((flag) => flag !== ''),
    },
    only: split(values.only),
    isQuick: values.quick,
    folder: values.folder,
    results: values.results,
  };
}

function chosenSeries(names: readonly string[]): readonly Series[] {
  if (names.length === 0) return SERIES;
  return names.map((name) => {
    const series = SERIES.find((each) => each.name === name);
    if (series === undefined)
      throw new Error(`no series "${name}"; there are ${SERIES.map((each) => each.name).join(', ')}`);
    return series;
  });
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} must be a number above 0, not "${text}"`);
  return value;
}

function inMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

function split(names: string): string[] {
  return names.split(',').filter((name) => name !== '');
}

function definedOf<Value>(record: Readonly<Record<string, Value | undefined>>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(record).filter((entry): entry is [string, Value] => entry[1] !== undefined),
  );
}
