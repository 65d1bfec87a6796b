import { answerTo, bytesOf, check } from '../client/question.js';
import type { Fault, World } from './world.js';

/** No faults at all: those who must not be harmed by the rest. */
export const GOOD_REQUESTS: readonly Fault[] = [
  { name: 'one after the other on one connection', weight: 8, run: oneAfterTheOther },
  { name: 'pipelined', weight: 4, run: pipelined },
];

async function oneAfterTheOther(world: World): Promise<void> {
  const connection = await world.connect();
  const count = 1 + world.random.below(6);
  for (let index = 0; index < count; index += 1) {
    const question = world.question();
    await connection.write(bytesOf(question));
    check(await answerTo(connection, question), question);
  }
  connection.socket.end();
  await connection.closed;
}

async function pipelined(world: World): Promise<void> {
  const connection = await world.connect();
  const questions = Array.from({ length: 2 + world.random.below(5) }, () => world.question());
  await connection.write(Buffer.concat(questions.map(bytesOf)));
  for (const question of questions) check(await answerTo(connection, question), question);
  connection.reset();
}
