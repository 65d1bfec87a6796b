import { BrokenPromise, bytesOf, check, answerTo, within } from '../client/question.js';
import { type Fault, get, type World } from './world.js';

/** Clients that end their connection, or half of it, in good order. */
export const LEAVING_CLIENTS: readonly Fault[] = [
  { name: 'L11 opened and closed again', weight: 2, run: idle },
  { name: 'L2 an end in the middle of a head', weight: 1, run: halfAHead },
  { name: 'L2 an end after the request', weight: 2, run: halfOpen },
];

async function idle(world: World): Promise<void> {
  const connection = await world.connect();
  await world.aMoment();
  if (world.random.below(2) === 0) connection.reset();
  else connection.socket.end();
  await connection.closed;
}

async function halfAHead(world: World): Promise<void> {
  const connection = await world.connect();
  const head = get(`${world.mount()}/echo/${world.id()}`);
  connection.socket.end(head.slice(0, 1 + world.random.below(head.length - 2)));
  const rest = (await within(connection.takeRest(), 'half a head was neither refused nor closed')).toString(
    'latin1',
  );
  if (rest.startsWith('HTTP/1.1 200'))
    throw new BrokenPromise(`half a head was answered with ${rest.slice(0, 80)}`);
}

/** Answered or closed, as the server decides (decision 021); never with half an answer that looks whole. */
async function halfOpen(world: World): Promise<void> {
  const connection = await world.connect();
  const question = world.question();
  connection.socket.end(bytesOf(question));
  const answer = answerTo(connection, question).catch(() => undefined);
  const response = await within(answer, `${question.target} with a half-closed connection was left open`);
  if (response !== undefined) check(response, question);
  connection.reset();
}
