/**
 * Connections that stay: WebSocket echo and server-sent events to some hundred listeners, bare and behind Viaduct,
 * as CPU time of the server for one message.
 *
 * After the handshake no byte of a WebSocket passes through Viaduct, and an event is written to Node's own
 * response: both ought to cost what they cost alone. This is the proof.
 */
import { fileURLToPath } from 'node:url';
import { Child, choosePins } from '../child.js';
import { type Figures, figureOf, keepFigures, printHeading, readRunOptions } from '../run-report.js';
import type { ClientCommand, ClientResult } from './client-process.js';
import type { PublishCommand } from './server-process.js';

const SERVER = fileURLToPath(new URL('server-process.js', import.meta.url));
const CLIENT = fileURLToPath(new URL('client-process.js', import.meta.url));
const WAYS = ['fastify', 'viaduct-fastify', 'koa', 'viaduct-koa'] as const;
const SOCKETS = 32;
const LISTENERS = 300;
const EVENTS_AT_ONCE = 20;
/** The goal of everything else behind Viaduct. */
const GOAL = { atMost: 1.03 };

type Kind = 'websocket' | 'events';
type Client = Child<ClientCommand, ClientResult>;

/** One way in one round. */
interface Sample {
  readonly way: string;
  readonly kind: Kind;
  readonly generation: number;
  readonly round: number;
  readonly messages: number;
  readonly ms: number;
  readonly serverCpuMs: number;
}

interface Player {
  readonly way: string;
  readonly server: Child<PublishCommand, number>;
  readonly port: number;
  readonly client: Client;
}

const options = readRunOptions();
const generations = options.isQuick ? 1 : 6;
const rounds = options.isQuick ? 1 : 10;
const roundMs = options.isQuick ? 50 : 150;
const warmUpRounds = options.isQuick ? 1 : 8;
const environment = printHeading(
  'bench:live',
  `${generations} generations × ${rounds} interleaved rounds × ${WAYS.length} ways × ${roundMs} ms; ${SOCKETS} WebSockets, ${LISTENERS} listeners; about 2.5 minutes`,
);

const samples: Sample[] = [];
for (const kind of ['websocket', 'events'] as const) {
  for (let generation = 0; generation < generations; generation += 1) await playGeneration(kind, generation);
}

const figures: Record<string, Figures[string]> = {};
for (const [kind, unit] of [
  ['websocket', 'WebSocket echo'],
  ['events', 'event to one listener'],
] as const) {
  for (const way of WAYS) {
    const own = samplesOf(kind, way);
    const title = `${unit}, ${way}`;
    figures[`live.${kind}.${way}.cpu`] = figureOf(own.map(cost), {
      title: `${title}: server CPU`,
      unit: 'µs',
    });
    figures[`live.${kind}.${way}.rate`] = figureOf(
      own.map(({ messages, ms }) => (messages / ms) * 1000),
      { title: `${title}: messages`, unit: 'a second' },
    );
  }
  for (const framework of ['fastify', 'koa'] as const) {
    const bare = samplesOf(kind, framework);
    const ratios = samplesOf(kind, `viaduct-${framework}`).map((sample, index) => {
      const other = bare[index];
      return other === undefined ? Number.NaN : cost(sample) / cost(other);
    });
    figures[`live.${kind}.${framework}.ratio`] = figureOf(ratios, {
      title: `${unit}: ${framework} behind Viaduct / bare`,
      unit: 'ratio',
      goal: GOAL,
    });
  }
}
await keepFigures(options, 'live', environment, figures, { samples });

/** Fresh processes for all ways, of which one at a time has something to do. */
async function playGeneration(kind: Kind, generation: number): Promise<void> {
  const pins = choosePins();
  const children: { end(): void }[] = [];
  const players: Player[] = [];
  try {
    for (const way of WAYS) {
      const server = new Child<PublishCommand, number>(way, pins.servers, [SERVER, way]);
      // A client for each: its connections stay open while the others play.
      const client: Client = new Child(`client of ${way}`, pins.load, [CLIENT]);
      children.push(server, client);
      const player = { way, server, port: await server.next(), client };
      players.push(player);
      if (kind === 'websocket') await client.ask({ do: 'open sockets', port: player.port, count: SOCKETS });
      else await client.ask({ do: 'open events', port: player.port, count: LISTENERS });
    }
    for (let round = -warmUpRounds; round < rounds; round += 1) {
      for (const player of round % 2 === 0 ? players : players.toReversed()) {
        const result = kind === 'websocket' ? await playEcho(player) : await playEvents(player);
        if (round >= 0) samples.push({ way: player.way, kind, generation, round, ...result });
      }
    }
  } finally {
    for (const child of children) child.end();
  }
}

type Played = Pick<Sample, 'messages' | 'ms' | 'serverCpuMs'>;

async function playEcho({ server, client }: Player): Promise<Played> {
  const before = await server.ask({ events: 0 });
  const { count, ms } = await client.ask({ do: 'echo', ms: roundMs });
  const after = await server.ask({ events: 0 });
  return { messages: count, ms, serverCpuMs: (after - before) / 1000 };
}

async function playEvents({ server, client }: Player): Promise<Played> {
  const before = await server.ask({ events: 0 });
  const startedAt = performance.now();
  let messages = 0;
  do {
    const received = client.ask({ do: 'await events', events: EVENTS_AT_ONCE });
    await server.ask({ events: EVENTS_AT_ONCE });
    messages += (await received).count;
  } while (performance.now() - startedAt < roundMs);
  const ms = performance.now() - startedAt;
  const after = await server.ask({ events: 0 });
  return { messages, ms, serverCpuMs: (after - before) / 1000 };
}

function samplesOf(kind: Kind, way: string): Sample[] {
  return samples
    .filter((sample) => sample.kind === kind && sample.way === way)
    .toSorted((one, other) => one.generation - other.generation || one.round - other.round);
}

/** CPU time of the server for one message, in microseconds. */
function cost({ messages, serverCpuMs }: Sample): number {
  return (serverCpuMs / messages) * 1000;
}
