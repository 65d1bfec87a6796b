import { fileURLToPath } from 'node:url';
import { Child, choosePins } from './child.js';
import type { Question } from './contender.js';
import type { Entrant } from './line-up.js';
import type { LoadCommand } from './load-process.js';
import type { LoadResult } from './load.js';
import type { ServerSettings, Usage } from './server-process.js';

/** How long and how often. */
export interface Plan {
  /** Times that every contender's process is started afresh. */
  readonly generations: number;
  /** Rounds in each generation: A B C, then C B A. */
  readonly rounds: number;
  readonly roundMs: number;
  readonly warmUpMs: number;
  readonly connections: number;
  readonly pipelining: number;
  /** What `node` is started with for each contender. */
  readonly nodeFlags: readonly string[];
}

/** One contender in one round. */
export interface Sample {
  readonly name: string;
  readonly generation: number;
  readonly round: number;
  readonly answers: number;
  readonly ms: number;
  readonly serverCpuMs: number;
  readonly loadCpuMs: number;
  readonly residentBytes: number;
}

/** Everything a run has seen. */
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
  plan: Plan,
  onProgress: (done: number, total: number) => void,
): Promise<Measurement> {
  const samples: Sample[] = [];
  const settings = new Map<string, ServerSettings>();
  const total = plan.generations * plan.rounds;
  for (let generation = 0; generation < plan.generations; generation += 1) {
    const cast = await Cast.start(entrants, plan);
    try {
      for (let round = 0; round < plan.rounds; round += 1) {
        // Back and forth, so that a machine that slowly gets slower burdens nobody more than the others.
        const players = round % 2 === 0 ? cast.players : cast.players.toReversed();
        for (const player of players) samples.push({ generation, round, ...(await cast.play(player)) });
        onProgress(generation * plan.rounds + round + 1, total);
      }
      for (const { entrant, server } of cast.players)
        settings.set(entrant.name, (await server.ask({})).settings);
    } finally {
      cast.end();
    }
  }
  return { samples, settings };
}

type Load = Child<LoadCommand, LoadResult | null>;

/** A contender with its process and its port. */
interface Player {
  readonly entrant: Entrant;
  readonly server: Child<object, Usage>;
  readonly port: number;
}

/** One generation: every contender alive in a process of its own, of which one at a time is under load. */
class Cast {
  readonly players: readonly Player[];
  readonly #plan: Plan;
  readonly #load: Load;
  /** More than the players when one fails to start. */
  readonly #children: { end(): void }[];

  static async start(entrants: readonly Entrant[], plan: Plan): Promise<Cast> {
    const pins = choosePins();
    const players: Player[] = [];
    const load: Load = new Child('load generator', pins.load, [loadFile]);
    const cast = new Cast(players, plan, load);
    try {
      for (const entrant of entrants) {
        const args = [...plan.nodeFlags, serverFile, entrant.module];
        const server = new Child<object, number | Usage>(entrant.name, pins.servers, args);
        cast.#children.push(server);
        const port = (await server.next()) as number;
        players.push({ entrant, server: server as Player['server'], port });
      }
      // By turns: a process that idles for seconds after its warm-up gives memory back, and starts slowly again.
      const turns = Math.ceil(plan.warmUpMs / warmUpTurnMs);
      for (let turn = 0; turn < turns; turn += 1) {
        for (const player of players) await cast.#warmUp(player);
      }
    } catch (error) {
      cast.end();
      throw error;
    }
    return cast;
  }

  constructor(players: readonly Player[], plan: Plan, load: Load) {
    this.players = players;
    this.#plan = plan;
    this.#load = load;
    this.#children = [load];
  }

  /** One measured round. Opening and closing the connections is outside of what is counted. */
  async play({ entrant, server, port }: Player): Promise<Omit<Sample, 'generation' | 'round'>> {
    await this.#connect(port);
    await this.#run(entrant, entrant.question, 0);
    const before = await server.ask({});
    const { answers, ms, cpuMs } = await this.#run(entrant, entrant.question, this.#plan.roundMs);
    const after = await server.ask({});
    await this.#load.ask({ do: 'disconnect' });
    const serverCpuMs = (after.cpuMicroseconds - before.cpuMicroseconds) / 1000;
    return {
      name: entrant.name,
      answers,
      ms,
      serverCpuMs,
      loadCpuMs: cpuMs,
      residentBytes: after.residentBytes,
    };
  }

  end(): void {
    for (const child of this.#children) child.end();
  }

  async #warmUp({ entrant, port }: Player): Promise<void> {
    await this.#connect(port);
    // Each for the whole time: the shared code meets all kinds of request while it is being compiled.
    for (const question of [...(entrant.alsoAsked ?? []), entrant.question]) {
      await this.#run(entrant, question, warmUpTurnMs);
    }
    await this.#load.ask({ do: 'disconnect' });
  }

  async #connect(port: number): Promise<void> {
    const { connections, pipelining } = this.#plan;
    await this.#load.ask({ do: 'connect', port, connections, pipelining });
  }

  async #run({ name }: Entrant, question: Question, ms: number): Promise<LoadResult> {
    const result = await this.#load.ask({ do: 'run', question, ms }).catch((error: unknown) => {
      throw new Error(`${name} failed under load`, { cause: error });
    });
    if (result === null) throw new Error('the load generator did not run');
    return result;
  }
}
