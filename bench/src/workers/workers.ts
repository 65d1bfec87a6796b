/**
 * What a second worker brings: throughput of `viaduct serve --workers 2` divided by that of `--workers 1`, each
 * with real processes and real connections.
 *
 * Whatever asks wants a core too, and with two cores takes it from the workers. So the application works for some
 * milliseconds a request, and asking costs a small part of that (it is told how much); and what the machine gives to two processes
 * that only work is told beside: two cores that share their units are not two.
 */
import { fileURLToPath } from 'node:url';
import { availableParallelism } from 'node:os';
import { Child } from '../child.js';
import { figureOf, keepFigures, printHeading, readRunOptions } from '../run-report.js';
import { median } from '../statistics.js';
import type { BurnCommand } from './burner.js';
import { Served } from './served.js';
import { type Visited, visit } from './visitors.js';

const BURNER = fileURLToPath(new URL('burner.js', import.meta.url));
const VISITORS = 32;
/** Visitors come and go, as they do in life: a new connection goes to the worker that has time to accept it. */
const REQUESTS_OF_A_VISIT = 20;

type Burner = Child<BurnCommand, number>;

/** What a round came to, in requests or pieces of work a second. */
interface Round {
  readonly one: number;
  readonly two: number;
  /** Two workers, asked by connections that all come at once and stay: the first to wake may accept them all. */
  readonly twoKept: number;
  readonly machineOne: number;
  readonly machineTwo: number;
  /** Share of a core that the load generator took while two workers served. */
  readonly loadShare: number;
  /** Share of the answers that came from the busier of the two workers. */
  readonly busierShare: number;
  readonly busierShareKept: number;
}

const options = readRunOptions();
const rounds = options.isQuick ? 1 : 12;
const roundMs = options.isQuick ? 200 : 1_500;
const environment = printHeading(
  'bench:workers',
  `${rounds} rounds of one worker, two workers (twice), one process that works, two of them; ${roundMs} ms each, ${VISITORS} visitors, about 2 minutes`,
);
if (availableParallelism() < 2) console.log('Note: there is one core, so a second worker brings nothing.\n');

const results = await measure();
const figures = {
  'workers.ratio': figureOf(
    results.map(({ one, two }) => two / one),
    { title: 'two workers / one, requests a second', unit: 'ratio', goal: { atLeast: 1.7 } },
  ),
  'workers.kept': figureOf(
    results.map(({ one, twoKept }) => twoKept / one),
    { title: 'the same, all connections opened at once and kept', unit: 'ratio' },
  ),
  'workers.machine': figureOf(
    results.map(({ machineOne, machineTwo }) => machineTwo / machineOne),
    { title: 'two processes that only work / one: what this machine has to give', unit: 'ratio' },
  ),
  'workers.one': figureOf(
    results.map(({ one }) => one),
    { title: 'one worker', unit: 'requests/s' },
  ),
  'workers.two': figureOf(
    results.map(({ two }) => two),
    { title: 'two workers', unit: 'requests/s' },
  ),
};
const share = (read: (round: Round) => number): string => (median(results.map(read)) * 100).toFixed(1);
console.log(`The visitors took ${share(({ loadShare }) => loadShare)} % of one core beside two workers.`);
console.log(
  `The busier worker gave ${share(({ busierShare }) => busierShare)} % of the answers, ` +
    `${share(({ busierShareKept }) => busierShareKept)} % with connections that were kept.\n`,
);
await keepFigures(options, 'workers', environment, figures, { roundMs, visitors: VISITORS, results });

async function measure(): Promise<readonly Round[]> {
  const burners: Burner[] = [1, 2].map((number) => new Child(`burner ${number}`, [], [BURNER]));
  const servers: Served[] = [];
  try {
    for (const workers of [1, 2]) servers.push(await Served.start(workers));
    const [one, two] = servers;
    if (one === undefined || two === undefined) throw new Error('a server is missing');
    // Not counted: compilers are at work.
    await playRound(one, two, burners);
    const played: Round[] = [];
    while (played.length < rounds) played.push(await playRound(one, two, burners));
    return played;
  } finally {
    for (const burner of burners) burner.end();
    await Promise.all(servers.map((server) => server.stop()));
  }
}

async function playRound(one: Served, two: Served, burners: readonly Burner[]): Promise<Round> {
  const ofOne = await load(one, REQUESTS_OF_A_VISIT);
  const ofTwo = await load(two, REQUESTS_OF_A_VISIT);
  const ofTwoKept = await load(two, Infinity);
  return {
    one: rateOf(ofOne),
    two: rateOf(ofTwo),
    twoKept: rateOf(ofTwoKept),
    busierShare: busierShareOf(ofTwo),
    busierShareKept: busierShareOf(ofTwoKept),
    machineOne: await burn(burners.slice(0, 1)),
    machineTwo: await burn(burners),
    loadShare: ofTwo.cpuMs / ofTwo.ms,
  };
}

function load({ port }: Served, requestsOfAVisit: number): Promise<Visited> {
  return visit({ port, visitors: VISITORS, requestsOfAVisit, ms: roundMs });
}

function rateOf({ answers, ms }: Visited): number {
  return (answers / ms) * 1000;
}

function busierShareOf({ answers, byWorker }: Visited): number {
  return Math.max(...byWorker.values()) / answers;
}

async function burn(burners: readonly Burner[]): Promise<number> {
  const counts = await Promise.all(burners.map((burner) => burner.ask({ ms: roundMs })));
  return (counts.reduce((sum, count) => sum + count, 0) / roundMs) * 1000;
}
