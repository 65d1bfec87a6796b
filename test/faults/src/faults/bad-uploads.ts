import { valuesOf } from '../../../conformance/wire-response.js';
import { BrokenPromise, within } from '../client/question.js';
import type { Fault, World } from './world.js';

/** What the gateway takes of one upload: more than good requests send, and little enough to go beyond. */
export const MAX_BODY_BYTES = 200_000;

/** Uploads that are too long, too short, or not wanted. */
export const BAD_UPLOADS: readonly Fault[] = [
  { name: 'B1 an upload beyond the limit, of unknown length', weight: 1, run: tooLong },
  { name: 'B2 an upload of which only the beginning is read', weight: 2, run: firstChunk },
  { name: 'B4 an upload that ends before its length', weight: 2, run: tooShort },
  { name: 'B5 an upload that is refused early', weight: 2, run: refused },
];

const PIECE = `4000\r\n${'u'.repeat(0x4000)}\r\n`;

/** 413 or a cut, whatever the application does with it, and never the answer to a whole upload. */
async function tooLong(world: World): Promise<void> {
  const target = `${world.mount()}/${world.random.pick(['sum', 'echo', 'later', 'first'])}/${world.id()}`;
  const statuses = await statusesOf(world, `${chunked(target)}${PIECE.repeat(20)}0\r\n\r\n`);
  if (target.includes('/sum/') && statuses.includes(200))
    throw new BrokenPromise(`${target} took an upload that is too long: ${statuses.join()}`);
}

/** Its id, and no more of the connection: what is left of the upload stands in front of the next request. */
async function firstChunk(world: World): Promise<void> {
  const connection = await world.connect();
  const id = world.id();
  const target = `${world.mount()}/first/${id}`;
  await connection.write(chunked(target) + PIECE);
  const { status, headers } = await within(connection.read(), `${target} was not answered`);
  const [found] = valuesOf({ headers }, 'x-id');
  if (status !== 200 || found !== id)
    throw new BrokenPromise(`${target} was answered with ${status}, x-id=${found}`, found !== id);
  await connection.write(PIECE);
  await world.aMoment();
  connection.reset();
}

async function tooShort(world: World): Promise<void> {
  const connection = await world.connect();
  const target = `${world.mount()}/sum/${world.id()}`;
  const head = `POST ${target} HTTP/1.1\r\nHost: faults.test\r\nContent-Length: 10\r\n\r\n`;
  connection.socket.end(`${head}hello`);
  const rest = await within(connection.takeRest(), `${target} with half an upload was left open`);
  if (rest.toString('latin1').startsWith('HTTP/1.1 200'))
    throw new BrokenPromise(`${target} took half an upload for a whole one`);
  await connection.closed;
}

async function refused(world: World): Promise<void> {
  const target = `${world.mount()}/throw/${world.id()}`;
  const head = `POST ${target} HTTP/1.1\r\nHost: faults.test\r\nContent-Length: 150000\r\n\r\n`;
  const statuses = await statusesOf(world, head + 'u'.repeat(100_000));
  if (statuses.length !== 1 || statuses[0] !== 500)
    throw new BrokenPromise(`${target} was answered with ${statuses.join() || 'nothing'}`);
}

/** The statuses of all answers until the connection is closed. */
async function statusesOf(world: World, bytes: string): Promise<readonly number[]> {
  const connection = await world.connect();
  await connection.write(bytes);
  const rest = await within(connection.takeRest(), `${bytes.slice(0, 60)} was neither refused nor closed`);
  connection.reset();
  return [...rest.toString('latin1').matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

function chunked(target: string): string {
  return `POST ${target} HTTP/1.1\r\nHost: faults.test\r\nTransfer-Encoding: chunked\r\n\r\n`;
}
