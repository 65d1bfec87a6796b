/**
 * One small JSON answer through the web face of a Node app, in process: the caller's `new Request` and
 * `await response.text()` included, against the libraries that do the like.
 *
 * Each way has a process of its own, as in life: in a common one each would be slowed by the shapes that the
 * others make. All are alive at once, and take turns.
 */
import { fileURLToPath } from 'node:url';
import { Child, choosePins } from '../child.js';
import { type Figures, figureOf, keepFigures, printHeading, readRunOptions } from '../run-report.js';
import { versionOf } from './version.js';
import { WAYS } from './web-face-ways.js';

const options = readRunOptions();
const rounds = options.isQuick ? 2 : 15;
/** Node 24 needs some 15,000 requests before its times stand still. */
const warmUpRequests = options.isQuick ? 500 : 20_000;
const requests = options.isQuick ? 100 : 2_000;
const GOAL = { atMost: 0.5 };
const PROGRAM = fileURLToPath(new URL('./web-face-process.js', import.meta.url));

type WayProcess = Child<{ requests: number }, number>;

const environment = printHeading(
  'bench:web-face',
  `${rounds} interleaved rounds of ${requests} requests for each way, about a minute`,
);
const figures: Record<string, Figures[string]> = {};
const times: Record<string, readonly (readonly number[])[]> = {};
for (const [framework, ways] of Object.entries(WAYS)) {
  const names = Object.keys(ways);
  const played = await measure(framework, names);
  times[framework] = played;
  for (const [index, name] of names.entries()) addFigures(framework, name, played, index);
}
await keepFigures(options, 'web-face', environment, figures, { times });

/** The times of each round, in the order of `names`. */
async function measure(framework: string, names: readonly string[]): Promise<number[][]> {
  const pin = choosePins().servers;
  const processes = names.map(
    (name): WayProcess => new Child(`${framework}, ${name}`, pin, [PROGRAM, framework, name]),
  );
  try {
    for (const way of processes) await way.next();
    for (const way of processes) await way.ask({ requests: warmUpRequests });
    const played: number[][] = [];
    while (played.length < rounds) played.push(await playRound(processes));
    return played;
  } finally {
    for (const way of processes) way.end();
  }
}

async function playRound(processes: readonly WayProcess[]): Promise<number[]> {
  const playedTimes: number[] = [];
  for (const way of processes) playedTimes.push(await way.ask({ requests }));
  return playedTimes;
}

/** The first way is ours: the others' ratios are of its time to theirs, round by round. */
function addFigures(
  framework: string,
  name: string,
  played: readonly (readonly number[])[],
  index: number,
): void {
  const key = `web-face.${framework}.${name}`;
  const title = `${framework}, ${name === 'viaduct' ? 'Viaduct' : `${name} ${versionOf(name)}`}`;
  const own = played.map((round) => round[index] ?? Number.NaN);
  figures[`${key}.cpu`] = figureOf(own, { title: `${title}: CPU of one request`, unit: 'µs' });
  if (index === 0) return;
  const ratios = played.map((round, place) => (round[0] ?? Number.NaN) / (own[place] ?? Number.NaN));
  figures[key] = figureOf(ratios, { title: `Viaduct / ${title}`, unit: 'ratio', goal: GOAL });
}
