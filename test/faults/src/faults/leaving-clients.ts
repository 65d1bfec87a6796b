import { BrokenPromise, bytesOf, check, answerTo, within } from '../client/question.js';
import { type Fault, get, type World } from './world.js';

/** Clients that go away, at every moment there is. */
export const LEAVING_CLIENTS: readonly Fault[] = [
  { name: 'L1 reset before the first byte', weight: 3, run: beforeTheFirstByte },
  { name: 'L1 reset amid the download', weight: 3, run: amidTheDownload },
  { name: 'L1 reset amid the upload', weight: 3, run: amidTheUpload },
  { name: 'L1 reset while requests are queued', weight: 3, run: whileQueued },
  { name: 'L11 opened and closed again', weight: 2, run: idle },
  { name: 'L2 an end in the middle of a head', weight: 1, run: halfAHead },
  { name: 'L2 an end after the request', weight: 2, run: halfOpen },
];

async function beforeTheFirstByte(world: World): Promise<void> {
  const connection = await world.connect();
  await connection.write(bytesOf(world.question()));
  await world.aMoment(5);
  connection.reset();
}

async function amidTheDownload(world: World): Promise<void> {
  const connection = await world.connect();
  const what = world.random.pick(['endless', 'events', 'stream']);
  const target = `${world.mount()}/${what}/${world.id()}`;
  await connection.write(get(target));
  await within(connection.waitFor('\r\n\r\n'), `${target} did not begin`);
  await world.aMoment();
  connection.reset();
}

async function amidTheUpload(world: World): Promise<void> {
  const connection = await world.connect();
  const bytes = bytesOf(world.question('sum'));
  const end = bytes.indexOf('\r\n\r\n') + 4;
  await connection.write(bytes.subarray(0, end + world.random.below(bytes.length - end + 1)));
  await world.aMoment();
  connection.reset();
}

async function whileQueued(world: World): Promise<void> {
  const connection = await world.connect();
  const first = get(`${world.mount()}/later/${world.id()}`);
  await connection.write(
    Buffer.concat([Buffer.from(first), ...[1, 2, 3].map(() => bytesOf(world.question()))]),
  );
  await world.aMoment(10);
  connection.reset();
}

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
