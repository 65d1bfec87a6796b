import { answerTo, bytesOf, check } from '../client/question.js';
import { type Fault, get, type World } from './world.js';

/** Clients that take their time, and get what they asked for all the same. */
export const SLOW_CLIENTS: readonly Fault[] = [
  { name: 'L4 a reader that pauses', weight: 3, run: slowReader },
  { name: 'L5 a writer that pauses', weight: 3, run: slowWriter },
  { name: 'L3 a client that does not read at all', weight: 2, run: deafReader },
  { name: 'L7 half a head, half a body, and silence', weight: 1, run: loris },
];

async function slowReader(world: World): Promise<void> {
  const connection = await world.connect();
  const question = world.question('stream');
  await connection.write(bytesOf(question));
  for (let pause = 0; pause < 4; pause += 1) {
    connection.socket.pause();
    await world.aMoment();
    connection.socket.resume();
    await world.aMoment(5);
  }
  check(await answerTo(connection, question), question);
  connection.reset();
}

/** The request is cut at any byte: amid the method, a header's name, the body. */
async function slowWriter(world: World): Promise<void> {
  const connection = await world.connect();
  connection.socket.setNoDelay(true);
  const question = world.question();
  let rest = bytesOf(question);
  for (let piece = 0; piece < 6 && rest.length > 1; piece += 1) {
    const cut = 1 + world.random.below(Math.min(rest.length - 1, piece < 4 ? 60 : rest.length));
    await connection.write(rest.subarray(0, cut));
    rest = rest.subarray(cut);
    await world.aMoment(10);
  }
  await connection.write(rest);
  check(await answerTo(connection, question), question);
  connection.reset();
}

async function deafReader(world: World): Promise<void> {
  const connection = await world.connect();
  connection.socket.pause();
  await connection.write(get(`${world.mount()}/endless/${world.id()}`));
  await world.aMoment(300);
  connection.reset();
}

/** The most connections that are kept half-done at a time: this is no attack. */
const LINGERING = 50;

async function loris(world: World): Promise<void> {
  if (world.lingering.length >= LINGERING) world.lingering.shift()?.reset();
  const connection = await world.connect();
  const { id } = world.question();
  const half = world.random.pick([
    get(`${world.mount()}/echo/${id}`).slice(0, 30),
    `POST ${world.mount()}/sum/${id} HTTP/1.1\r\nHost: faults.test\r\nContent-Length: 50\r\n\r\nhalf`,
  ]);
  await connection.write(half);
  world.lingering.push(connection);
}
