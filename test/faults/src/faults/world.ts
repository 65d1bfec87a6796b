import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '../../../conformance/connection.js';
import { Http2Client } from '../client/http2-client.js';
import { createQuestion, type Question, type Route, ROUTES } from '../client/question.js';
import { MOUNTS } from '../gateway/gateway.js';
import { Random } from './random.js';

/** Where the gateway listens: plain, and over TLS. */
export interface Ports {
  readonly port: number;
  readonly securePort: number;
}

/** What a fault has at hand: the gateway, chance of its own, and ids that never come again. */
export class World {
  readonly port: number;
  readonly securePort: number;
  readonly random: Random;
  /** Kept half-done until the end of the run, by all faults together. */
  readonly lingering: Connection[];
  readonly #number: number;
  #ids = 0;

  /** @param number The how-manieth fault this is: chance begins anew for each, whatever runs beside it. */
  constructor({ port, securePort }: Ports, seed: number, number: number, lingering: Connection[] = []) {
    this.port = port;
    this.securePort = securePort;
    this.random = new Random(seed + number * 7919);
    this.lingering = lingering;
    this.#number = number;
  }

  connect(): Promise<Connection> {
    return Connection.open(this.port);
  }

  /** Over TLS, where a client of HTTP/2 sends and receives on many streams at a time. */
  connectHttp2(): Promise<Http2Client> {
    return Http2Client.open(this.securePort);
  }

  id(): string {
    this.#ids += 1;
    return `r${this.#number}-${this.#ids}${'x'.repeat(this.random.below(12))}`;
  }

  mount(): string {
    return this.random.pick(MOUNTS);
  }

  question(route: Route = this.random.pick(ROUTES)): Question {
    const upload = Buffer.alloc(this.random.below(60_000), this.random.below(256));
    return createQuestion(this.mount(), route, this.id(), upload);
  }

  /** A pause of some length: faults come when nothing is ready for them. */
  async aMoment(longestMs = 25): Promise<void> {
    await delay(this.random.below(longestMs));
  }
}

/** One thing that clients and applications do to a gateway. */
export interface Fault {
  readonly name: string;
  /** How often, against the others. */
  readonly weight: number;
  /** @throws {BrokenPromise} When the gateway does not do what it promises. */
  run(world: World): Promise<void>;
}

export function get(target: string, ...headers: readonly string[]): string {
  return [`GET ${target} HTTP/1.1`, 'Host: faults.test', ...headers, '', ''].join('\r\n');
}
