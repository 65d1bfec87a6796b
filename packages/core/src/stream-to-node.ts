import type { Writable } from 'node:stream';
import { ViaductError } from './errors.js';

type BodyReader = ReadableStreamDefaultReader<Uint8Array>;

/** A response; or the socket of an upgrade, which has no head of its own to flush. */
type Sink = Writable & { flushHeaders?(): void };

/**
 * Sends a body stream, with back-pressure, and cancels it at once when the client goes away.
 *
 * A body that is complete with its first chunk is sent in one piece, with its length; one that makes its
 * first chunk wait does not make the head wait.
 *
 * @param sendHead Called once, with the body's length when that is known.
 * @throws What the stream threw.
 */
export async function sendStream(
  reader: BodyReader,
  target: Sink,
  sendHead: (length: number | undefined) => void,
): Promise<void> {
  // A producer that waits for its next event learns at once that nobody listens any more.
  function cancelUnsent(): void {
    if (!target.writableFinished) reader.cancel(clientGone()).catch(ignore);
  }
  // The client may have left while the application made its answer: that is told only once.
  if (target.destroyed) return cancelUnsent();
  target.once('close', cancelUnsent);
  try {
    const opening = reader.read();
    if (!(await isSettledSoon(opening))) {
      sendHead(undefined);
      target.flushHeaders?.();
      return await pump(opening, reader, target);
    }
    const first = await opening;
    if (first.done) {
      sendHead(0);
      return void target.end();
    }
    // Before the head: what is no body is answered with 500.
    const bytes = toBytes(first.value);
    const next = reader.read();
    if ((await isSettledSoon(next)) && (await next).done) {
      sendHead(bytes.byteLength);
      return void target.end(bytes);
    }
    sendHead(undefined);
    await write(bytes, target);
    await pump(next, reader, target);
  } catch (error) {
    await reader.cancel(error).catch(ignore);
    throw error;
  }
}

type Chunk = Awaited<ReturnType<BodyReader['read']>>;

async function pump(pending: Promise<Chunk>, reader: BodyReader, target: Sink): Promise<void> {
  let chunk = await pending;
  while (!chunk.done && !target.destroyed) {
    await write(chunk.value, target);
    chunk = await reader.read();
  }
  target.end();
}

/** Resolves when the socket takes more, or is gone: after a reset, `drain` never comes. */
function write(chunk: Uint8Array, target: Sink): Promise<void> | undefined {
  if (target.write(toBytes(chunk)) || target.destroyed) return undefined;
  return new Promise((resolve) => {
    function wake(): void {
      target.off('drain', wake);
      target.off('close', wake);
      resolve();
    }
    target.on('drain', wake);
    target.on('close', wake);
  });
}

/** How many turns a stream that has its next chunk at hand takes to give it, in the slowest runtime, and some more. */
const TURNS = 10;

/** Whether a chunk is at hand, so that neither it nor the head has to wait. */
export async function isSettledSoon(promise: Promise<unknown>): Promise<boolean> {
  let isSettled = false;
  function settle(): void {
    isSettled = true;
  }
  promise.then(settle, settle);
  for (let turn = 0; turn < TURNS && !isSettled; turn += 1) await undefined;
  return isSettled;
}

function toBytes(chunk: unknown): Uint8Array {
  if (ArrayBuffer.isView(chunk)) return chunk as Uint8Array;
  throw new ViaductError(
    'VIADUCT_E_NO_RESPONSE',
    `a response body yields bytes (Uint8Array), and this one gave a ${typeof chunk}.`,
  );
}

function clientGone(): ViaductError {
  return new ViaductError('VIADUCT_E_CLIENT_GONE', 'the client closed the connection');
}

function ignore(): void {}
