import { Connection } from '../../../conformance/connection.js';
import {
  answerTo,
  BrokenPromise,
  bytesOf,
  check,
  createQuestion,
  type Route,
  within,
} from '../client/question.js';
import { MOUNTS } from '../gateway/gateway.js';

/** What is broken was counted, and the soak goes on. */
export interface Tally {
  answered: number;
  errors: number;
  aborts: number;
  wrong: number;
  foreign: number;
  /** The first broken promises, in words. */
  readonly complaints: string[];
}

export function createTally(): Tally {
  return { answered: 0, errors: 0, aborts: 0, wrong: 0, foreign: 0, complaints: [] };
}

/** Of 20 good requests, what they ask for. */
const ROUTE_MIX: readonly Route[] = [
  'echo',
  'echo',
  'echo',
  'sum',
  'echo',
  'echo',
  'later',
  'echo',
  'echo',
  'stream',
];
const ERRORS = ['throw', 'throw-undefined', 'throw', 'fail'] as const;

/** One client with one connection, which it opens anew when it has cut it. */
export class Worker {
  readonly #port: number;
  readonly #tally: Tally;
  #connection: Connection | undefined;

  constructor(port: number, tally: Tally) {
    this.#port = port;
    this.#tally = tally;
  }

  /** @param next Gives the number of the next request; `undefined` when all were sent. */
  async run(next: () => number | undefined): Promise<void> {
    for (let number = next(); number !== undefined; number = next()) {
      try {
        await this.#request(number);
      } catch (error) {
        this.#complain(error);
        this.close();
      }
    }
  }

  close(): void {
    this.#connection?.reset();
    this.#connection = undefined;
  }

  /** In each twenty one error and one abort: 5 % of either. */
  #request(number: number): Promise<void> {
    const round = Math.floor(number / 20);
    const mount = MOUNTS[number % MOUNTS.length] ?? '/web';
    if (number % 20 === 7) return this.#fail(mount, ERRORS[round % ERRORS.length] ?? 'throw', `e${number}`);
    if (number % 20 === 17) return this.#abort(mount, round % 3, `a${number}`);
    return this.#ask(mount, ROUTE_MIX[round % ROUTE_MIX.length] ?? 'echo', `g${number}`);
  }

  async #ask(mount: string, route: Route, id: string): Promise<void> {
    const question = createQuestion(mount, route, id);
    const connection = await this.#connected();
    await connection.write(bytesOf(question));
    check(await answerTo(connection, question), question);
    this.#tally.answered += 1;
  }

  /** A 500, or a cut connection when the head was out: never a whole answer, and never another's. */
  async #fail(mount: string, what: string, id: string): Promise<void> {
    const connection = await this.#connected();
    await connection.write(get(`${mount}/${what}/${id}`));
    this.#tally.errors += 1;
    const answer = connection.read().catch(() => undefined);
    const response = await within(answer, `${mount}/${what} was not answered`);
    // Cut: the client knows that it has not got the whole.
    if (response === undefined && what === 'fail') return this.close();
    if (response?.status !== 500) {
      throw new BrokenPromise(`${mount}/${what}/${id} was answered with ${response?.status ?? 'a cut'}`);
    }
  }

  /** Gone before the first byte, amid the download, or amid the upload. */
  async #abort(mount: string, when: number, id: string): Promise<void> {
    const connection = await this.#connected();
    this.#tally.aborts += 1;
    if (when === 0) {
      await connection.write(get(`${mount}/later/${id}`));
    } else if (when === 1) {
      await connection.write(get(`${mount}/endless/${id}`));
      await within(connection.waitFor(`${id} ${id}`), `${mount}/endless did not begin`);
    } else {
      const head = `POST ${mount}/sum/${id} HTTP/1.1\r\nHost: soak.test\r\nContent-Length: 1000\r\n\r\n`;
      await connection.write(`${head}${id}`);
    }
    this.close();
  }

  async #connected(): Promise<Connection> {
    if (this.#connection === undefined || this.#connection.socket.destroyed)
      this.#connection = await Connection.open(this.#port);
    return this.#connection;
  }

  #complain(error: unknown): void {
    const tally = this.#tally;
    tally.wrong += 1;
    if (error instanceof BrokenPromise && error.isForeign) tally.foreign += 1;
    if (tally.complaints.length < 20) tally.complaints.push((error as Error).message);
  }
}

function get(target: string): string {
  return `GET ${target} HTTP/1.1\r\nHost: soak.test\r\n\r\n`;
}
