/**
 * One small JSON answer through the web face of a Node app, in process: the caller's `new Request` and
 * `await response.text()` included, against the libraries that do the like.
 *
 * Each way has a process of its own, as in life: in a common one each would be slowed by the shapes that the
 * others make. All are alive at once, and take turns.
 */
import { fileURLToPath } from 'node:url';
import { Child, choosePins } from '../child.js';
import { median } from '../statistics.js';
import { versionOf } from './version.js';
import { WAYS } from './web-face-ways.js';

const ROUNDS = 15;
/** Node 24 needs some 15,000 requests before its times stand still. */
const WARM_UP_REQUESTS = 20_000;
const REQUESTS = 2_000;
const GOAL = 0.5;
const PROGRAM = fileURLToPath(new URL('./web-face-process.js', import.meta.url));

type WayProcess = Child<{ requests: number }, number>;

console.log(
  `\nWeb face in process, node ${process.versions.node}: CPU µs for one request, median of ${ROUNDS} interleaved rounds`,
);
for (const [framework, ways] of Object.entries(WAYS)) {
  const names = Object.keys(ways);
  const rounds = await measure(framework, names);
  for (const [index, name] of names.entries()) console.log(lineOf(framework, name, rounds, index));
}

/** The times of each round, in the order of `names`. */
async function measure(framework: string, names: readonly string[]): Promise<number[][]> {
  const pin = choosePins().servers;
  const processes = names.map(
    (name): WayProcess => new Child(`${framework}, ${name}`, pin, [PROGRAM, framework, name]),
  );
  try {
    for (const way of processes) await way.next();
    for (const way of processes) await way.ask({ requests: WARM_UP_REQUESTS });
    const rounds: number[][] = [];
    while (rounds.length < ROUNDS) rounds.push(await playRound(processes));
    return rounds;
  } finally {
    for (const way of processes) way.end();
  }
}

async function playRound(processes: readonly WayProcess[]): Promise<number[]> {
  const times: number[] = [];
  for (const way of processes) times.push(await way.ask({ requests: REQUESTS }));
  return times;
}

/** The first way is ours: the others' lines tell its ratio to them, round by round. */
function lineOf(
  framework: string,
  name: string,
  rounds: readonly (readonly number[])[],
  index: number,
): string {
  const time = median(rounds.map((round) => round[index] ?? Number.NaN));
  const shown = `  ${framework.padEnd(8)} ${titleOf(name).padEnd(26)} ${time.toFixed(1).padStart(6)}`;
  if (index === 0) return shown;
  const ratio = median(rounds.map((round) => (round[0] ?? Number.NaN) / (round[index] ?? Number.NaN)));
  const verdict = ratio <= GOAL ? 'met' : 'missed';
  return `${shown}  ratio ${ratio.toFixed(2)}, goal ${GOAL.toFixed(2)}: ${verdict}`;
}

function titleOf(name: string): string {
  return name === 'viaduct' ? 'Viaduct' : `${name} ${versionOf(name)}`;
}
