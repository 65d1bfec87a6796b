import type { Connection } from '../../../conformance/connection.js';
import { valuesOf, type WireResponse } from '../../../conformance/wire-response.js';
import { answerTo, BrokenPromise, bytesOf, check, within } from '../client/question.js';
import { WEB_MOUNTS } from '../gateway/gateway.js';
import { type Fault, get, type World } from './world.js';

/** Applications that fail, each beside good requests on the same connection. */
export const BROKEN_APPLICATIONS: readonly Fault[] = [
  { name: 'throws before it answers', weight: 4, run: throws },
  { name: 'throws amid pipelined requests', weight: 2, run: throwsAmidPipeline },
  { name: 'fails in the middle of its answer', weight: 3, run: failsMidway },
  { name: 'misuses the response', weight: 4, run: misuses },
  { name: 'never answers', weight: 1, run: hangs },
];

/** What an application with Node's objects in its hands does wrong, and answers all the same, or is cut. */
export const MISUSES = [
  'short',
  'long',
  'double-end',
  'double-head',
  'throw-finished',
  'late-stream-error',
  'throw-in-hook',
  'throw-in-error-handler',
  'bad-header',
] as const;

async function throws(world: World): Promise<void> {
  const connection = await world.connect();
  for (const what of ['throw', 'throw-undefined']) {
    const target = `${world.mount()}/${what}/${world.id()}`;
    await connection.write(get(target));
    const { status } = await within(connection.read(), `${target} was not answered`);
    if (status !== 500) throw new BrokenPromise(`${target} was answered with ${status}`);
    await askAgain(world, connection);
  }
  connection.reset();
}

async function throwsAmidPipeline(world: World): Promise<void> {
  const connection = await world.connect();
  const [first, last] = [world.question(), world.question()];
  const target = `${world.mount()}/throw/${world.id()}`;
  await connection.write(Buffer.concat([bytesOf(first), Buffer.from(get(target)), bytesOf(last)]));
  check(await answerTo(connection, first), first);
  const { status } = await within(connection.read(), `${target} was not answered`);
  if (status !== 500) throw new BrokenPromise(`${target} was answered with ${status}`);
  check(await answerTo(connection, last), last);
  connection.reset();
}

/** Half an answer must not look like a whole one. */
async function failsMidway(world: World): Promise<void> {
  const connection = await world.connect();
  const target = `${world.mount()}/${world.random.pick(['fail', 'cut'])}/${world.id()}`;
  const response = await answerOrCut(connection, target);
  if (response?.status === 200 && !target.includes('/web/cut/'))
    throw new BrokenPromise(`${target} was answered as if it were whole`);
  connection.reset();
}

/**
 * A wrong length, an end too many. What comes is the right id, an error, or a cut; and where the connection
 * stays open, the next answer on it is that to the next question.
 */
async function misuses(world: World): Promise<void> {
  const connection = await world.connect();
  const id = world.id();
  const what = world.random.pick(MISUSES);
  const target = `${world.mount()}/${what}/${id}`;
  const response = await answerOrCut(connection, target);
  if (response !== undefined) {
    const foreign = valuesOf(response, 'x-id').find((value) => value !== id);
    if (foreign !== undefined) throw new BrokenPromise(`${target} has the id ${foreign}`, true);
    if (valuesOf(response, 'x-injected').length > 0)
      throw new BrokenPromise(`${target} has a header too many`);
    if (!connection.socket.destroyed && !saysClose(response))
      await askAgainUnlessClosed(world, connection, target);
  }
  connection.reset();
}

async function hangs(world: World): Promise<void> {
  const connection = await world.connect();
  const mount = world.mount();
  await connection.write(get(`${mount}/${WEB_MOUNTS.includes(mount) ? 'events' : 'hang'}/${world.id()}`));
  await world.aMoment(100);
  connection.reset();
}

/** `undefined` for an answer that was cut. */
async function answerOrCut(connection: Connection, target: string): Promise<WireResponse | undefined> {
  await connection.write(get(target));
  const answer = connection.read().catch(() => undefined);
  return within(answer, `${target} was neither answered nor cut`);
}

function saysClose(response: WireResponse): boolean {
  return valuesOf(response, 'connection').includes('close');
}

async function askAgain(world: World, connection: Connection): Promise<void> {
  const question = world.question();
  await connection.write(bytesOf(question));
  check(await answerTo(connection, question), question);
}

/** A connection that was cut after a whole answer carries no more; what it does carry must be right. */
async function askAgainUnlessClosed(world: World, connection: Connection, after: string): Promise<void> {
  const question = world.question('echo');
  await connection.write(bytesOf(question));
  const answer = connection.read().catch(() => undefined);
  const response = await within(answer, `${question.target}, after ${after}, was neither answered nor cut`);
  if (response !== undefined) check(response, question);
}
