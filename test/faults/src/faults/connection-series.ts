import { Connection } from '../../../conformance/connection.js';
import { GatewayHandle } from '../client/gateway-handle.js';
import { answerTo, bytesOf, check, createQuestion, within } from '../client/question.js';
import { untilQuiet } from '../soak/soak.js';
import { mountOf } from './good-clients.js';
import { leftBehind } from './left-behind.js';

export interface ConnectionSeriesResult {
  /** How many connections were closed without a byte. */
  readonly refused: number;
  /** Good requests that were answered meanwhile, on connections that were there before. */
  readonly answered: number;
  readonly broken: readonly string[];
}

const LIMITS = { maxConnections: 20 };

/** Fewer than a listening queue holds. */
const AT_A_TIME = 100;

/** D1: opens connections beyond the most that a gateway takes, while those that it has taken go on. */
export async function throwConnections(count: number): Promise<ConnectionSeriesResult> {
  const gateway = await GatewayHandle.open({ limits: LIMITS });
  try {
    const before = await gateway.measure();
    const broken: string[] = [];
    const kept: Connection[] = [];
    let answered = 0;
    let refused = 0;
    async function ask(): Promise<void> {
      const connection = kept[answered % kept.length];
      if (connection === undefined) return;
      const question = createQuestion(mountOf(answered), 'echo', `c${answered}`);
      answered += 1;
      await connection.write(bytesOf(question));
      check(await answerTo(connection, question), question);
    }
    try {
      // With an answer on each, since a connection is taken some time after its client has opened it.
      for (let index = 0; index < LIMITS.maxConnections; index += 1) {
        kept.unshift(await Connection.open(gateway.port));
        answered = 0;
        await ask();
      }
      while (refused < count && broken.length === 0) {
        const size = Math.min(AT_A_TIME, count - refused);
        const [bytes] = await Promise.all([
          Promise.all(Array.from({ length: size }, () => bytesOfRefused(gateway.port))),
          ask(),
        ]);
        refused += size;
        const told = bytes.find((each) => each !== '');
        if (told !== undefined) broken.push(`a connection beyond the limit was told ${JSON.stringify(told)}`);
      }
      // Places are given back.
      for (const connection of kept.splice(0)) connection.reset();
      await untilQuiet(gateway);
      kept.push(await Connection.open(gateway.port));
      await ask();
      kept.pop()?.reset();
    } catch (error) {
      broken.push(String(error));
    }
    broken.push(...leftBehind(before, await untilQuiet(gateway)));
    return { refused, answered, broken };
  } finally {
    await gateway.stop();
  }
}

/** What a connection says that is closed at once. */
async function bytesOfRefused(port: number): Promise<string> {
  const connection = await Connection.open(port);
  const rest = await within(connection.takeRest(), 'a connection beyond the limit was left open');
  connection.reset();
  await connection.closed;
  return rest.toString('latin1');
}
