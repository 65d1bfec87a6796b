import { fileURLToPath } from 'node:url';
import { Child, choosePins } from './child.js';
import type { Entrant } from './line-up.js';
import type { LoadCommand } from './load-process.js';
import type { LoadResult, TimedResult } from './load.js';
import type { Series } from './series.js';
import type { ServerSettings, Usage } from './server-process.js';
import { type WorkloadName, WORKLOADS } from './workloads.js';

/** What holds for all series of a run. */
export interface Plan {
  /** Keep-alive connections, where the workload does not say otherwise. */
  readonly connections: number;
  readonly pipelining: number;
  /** What `node` is started with for each contender. */
  readonly nodeFlags: readonly string[];
}

/** One contender in one round. */
export interface Sample {
  readonly name: string;
  readonly workload: WorkloadName;
  readonly generation: number;
  readonly round: number;
  readonly answers: number;
  readonly ms: number;
  readonly serverCpuMs: number;
  readonly residentBytes: number;
  /** Only where requests were sent at fixed times. */
  readonly latenciesMs?: readonly number[];
}

/** Everything that a series has seen. */
export interface Measurement {
  readonly samples: readonly Sample[];
  readonly settings: ReadonlyMap<string, ServerSettings>;
}

const warmUpTurnMs = 250;
const serverFile = fileURLToPath(new URL('server-process.js', import.meta.url));
const loadFile = fileURLToPath(new URL('load-process.js', import.meta.url));

/** Measures the contenders in interleaved rounds. Calls `onProgress` after each of them. */
export async function measure(
  entrants: readonly Entrant[],
  series: Series,
  plan: Plan,
  onProgress: (done: number, total: number) => void,
): Promise<Measurement> {
  const samples: Sample[] = [];
  const settings = new Map<string, ServerSettings>();
  const total = series.generations * series.rounds;
  for (let generation = 0; generation < series.generations; generation += 1) {
    const cast = await Cast.start(entrants, series, plan);
    try {
      for (let round = 0; round < series.rounds; round += 1) {
        // Back and forth, so that a machine that slowly gets slower burdens nobody more than the others.
        const players = round % 2 === 0 ? cast.players : cast.players.toReversed();
        for (const workload of series.workloads) {
          for (const player of players)
            samples.push({ generation, round, ...(await cast.play(player, workload)) });
        }
        onProgress(generation * series.rounds + round + 1, total);
      }
      for (const { entrant, server } of cast.players)
        settings.set(entrant.name, (await server.ask({})).settings);
    } finally {
      cast.end();
    }
  }
  return { samples, settings };
}

type Load = Child<LoadCommand, LoadResult | TimedResult | null>;

/** A contender with its process and its port. */
interface Player {
  readonly entrant: Entrant;
  readonly server: Child<object, Usage>;
  readonly port: number;
}

/** One generation: every contender alive in a process of its own, of which one at a time is under load. */
class Cast {
  readonly players: readonly Player[];
  readonly #series: Series;
  readonly #plan: Plan;
  readonly #load: Load;
  /** More than the players when one fails to start. */
  readonly #children: { end(): void }[];

  static async start(entrants: readonly Entrant[], series: Series, plan: Plan): Promise<Cast> {
    const pins = choosePins();
    const players: Player[] = [];
    const load: Load = new Child('load generator', pins.load, [loadFile]);
    const cast = new Cast(players, series, plan, load);
    const [size] = new Set(series.workloads.map((workload) => WORKLOADS[workload].size));
    try {
      for (const entrant of entrants) {
        const args = [...plan.nodeFlags, serverFile, entrant.module, size ?? ''];
        const server = new Child<object, readonly number[] | Usage>(entrant.name, pins.servers, args);
        cast.#children.push(server);
        const [port = 0] = (await server.next()) as readonly number[];
        players.push({ entrant, server: server as Player['server'], port });
      }
      // By turns: a process that idles for seconds after its warm-up gives memory back, and starts slowly again.
      const turns = Math.ceil(series.warmUpMs / warmUpTurnMs);
      for (let turn = 0; turn < turns; turn += 1) {
        for (const player of players) await cast.#warmUp(player, turn);
      }
    } catch (error) {
      cast.end();
      throw error;
    }
    return cast;
  }

  constructor(players: readonly Player[], series: Series, plan: Plan, load: Load) {
    this.players = players;
    this.#series = series;
    this.#plan = plan;
    this.#load = load;
    this.#children = [load];
  }

  /** One measured round. Opening and closing the connections is outside of what is counted. */
  async play(
    { entrant, server, port }: Player,
    workload: WorkloadName,
  ): Promise<Omit<Sample, 'generation' | 'round'>> {
    const { roundMs, rate } = this.#series;
    await this.#connect(port, workload);
    await this.#run(entrant, workload, entrant.basePath, 0);
    const before = await server.ask({});
    const { answers, ms, ...timed } = await this.#run(entrant, workload, entrant.basePath, roundMs, rate);
    const after = await server.ask({});
    await this.#load.ask({ do: 'disconnect' });
    const serverCpuMs = (after.cpuMicroseconds - before.cpuMicroseconds) / 1000;
    return {
      name: entrant.name,
      workload,
      answers,
      ms,
      serverCpuMs,
      residentBytes: after.residentBytes,
      ...timed,
    };
  }

  end(): void {
    for (const child of this.#children) child.end();
  }

  async #warmUp({ entrant, port }: Player, turn: number): Promise<void> {
    const { basePath, otherBasePath } = entrant;
    for (const workload of this.#series.workloads) {
      await this.#connect(port, workload);
      // The other for half of the time: the shared code meets all kinds of request while it is being compiled.
      if (otherBasePath !== undefined && turn % 2 === 0)
        await this.#run(entrant, workload, otherBasePath, warmUpTurnMs);
      await this.#run(entrant, workload, basePath, warmUpTurnMs);
      await this.#load.ask({ do: 'disconnect' });
    }
  }

  async #connect(port: number, workload: WorkloadName): Promise<void> {
    const connections = WORKLOADS[workload].connections ?? this.#plan.connections;
    await this.#load.ask({ do: 'connect', port, connections, pipelining: this.#plan.pipelining });
  }

  async #run(
    { name }: Entrant,
    workload: WorkloadName,
    basePath: string,
    ms: number,
    rate?: number,
  ): Promise<LoadResult | TimedResult> {
    const result = await this.#load
      .ask({ do: 'run', workload, basePath, ms, rate })
      .catch((error: unknown) => {
        throw new Error(`${name} failed under load`, { cause: error });
      });
    if (result === null) throw new Error('the load generator did not run');
    return result;
  }
}
