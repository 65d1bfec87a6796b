import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';

/** What every application of this gateway answers, each in its framework's own way. */
export interface Reply {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | AsyncGenerator<Buffer, void, undefined>;
}

/** How many pieces `/stream` answers with, and how long each is. */
export const PIECES = 32;
export const PIECE_BYTES = 1024;

/**
 * The right answer to a request that nothing is wrong with. Every one carries the id of its request, in a
 * header and in each piece of its body, so that an answer which belongs to another request shows.
 *
 * `/echo/ID` → the id; `/later/ID` → the same after some turns and a timer
 * `/sum/ID` → the id, and how many bytes of what sum were uploaded
 * `/stream/ID` → pieces that repeat the id; `/endless/ID` → without an end; `/events/ID` → one, and silence
 * `/stubborn/ID` → without an end, and fails when it is destroyed
 * `/first/ID` → the id, when the first chunk of the upload has come; the rest is left where it is
 * `/bad-header/ID` → a header that would begin another one
 *
 * @throws {Error} For `/throw`; a falsy one for `/throw-undefined`.
 */
export async function replyTo(url: string, body: AsyncIterable<Uint8Array>): Promise<Reply> {
  const [, what = '', id = ''] = url.split('/');
  const headers = { 'content-type': 'text/plain', 'x-id': id };
  switch (what) {
    case 'later':
      await turn();
      await delay(id.length % 5);
      return { headers, body: id };
    case 'sum':
      return { headers, body: `${id} ${await sumOf(body)}` };
    case 'first':
      await body[Symbol.asyncIterator]().next();
      return { headers, body: id };
    case 'bad-header':
      return { headers: { ...headers, 'x-odd': `a\r\nX-Injected: ${id}` }, body: id };
    case 'stream':
      return { headers, body: pieces(id, PIECES) };
    case 'endless':
      return { headers, body: pieces(id, Infinity) };
    case 'events':
      return { headers: { ...headers, 'content-type': 'text/event-stream' }, body: oneEvent(id) };
    case 'stubborn':
    case 'late-stream-error':
      return { headers, body: stubborn(id, what === 'stubborn' ? Infinity : 2) };
    case 'fail':
      return { headers, body: failing(id) };
    case 'throw':
    case 'throw-in-error-handler':
      throw new Error(`thrown for ${id}`);
    case 'throw-undefined':
      throw undefined;
    default:
      return { headers, body: id };
  }
}

/** One piece of `/stream` and `/endless`. */
export function piece(id: string): Buffer {
  return Buffer.from(`${id} `.repeat(Math.ceil(PIECE_BYTES / (id.length + 1))).slice(0, PIECE_BYTES));
}

/** Bytes and their sum, as `/sum` tells them. */
export function tally(chunks: Iterable<Uint8Array>): string {
  let length = 0;
  let sum = 0;
  for (const chunk of chunks) {
    length += chunk.length;
    for (const byte of chunk) sum = (sum + byte) % 1_000_003;
  }
  return `${length} ${sum}`;
}

async function sumOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return tally(chunks);
}

async function* pieces(id: string, count: number): AsyncGenerator<Buffer, void, undefined> {
  for (let index = 0; index < count; index += 1) {
    yield piece(id);
    await turn();
  }
}

async function* oneEvent(id: string): AsyncGenerator<Buffer, void, undefined> {
  yield Buffer.from(`data: ${id}\n\n`);
  // A heartbeat, as every event stream has: nothing else tells a generator that nobody listens any more.
  for (;;) {
    await delay(200);
    yield Buffer.from(': still here\n\n');
  }
}

async function* failing(id: string): AsyncGenerator<Buffer, void, undefined> {
  yield piece(id);
  await turn();
  throw new Error(`stream failed for ${id}`);
}

/** Fails once more when it is done with, or destroyed by somebody who has given it up. */
async function* stubborn(id: string, count: number): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* pieces(id, count);
  } finally {
    await turn();
    // oxlint-disable-next-line no-unsafe-finally -- that is the fault
    throw new Error(`failed when it was destroyed: ${id}`);
  }
}
