import type { Duplex } from 'node:stream';
import { isHopByHop } from './hop-by-hop.js';
import { plainResponse, type PlainStatus } from './plain-answer.js';
import { sendStream } from './stream-to-node.js';
import { bodyUsed } from './used-body.js';

/** Refuses an upgrade with a line of plain text, and closes the connection. */
export function refuseUpgrade(
  socket: Duplex,
  status: PlainStatus,
  extra?: Readonly<Record<string, string>>,
): void {
  void answerUpgrade(plainResponse('GET', status, extra), socket);
}

/**
 * Answers a request for an upgrade with an ordinary response, and closes the connection: after a request
 * that asked for another protocol nobody knows which one the next bytes speak.
 *
 * @throws What the body stream threw.
 */
export async function answerUpgrade(response: Response, socket: Duplex): Promise<void> {
  const { body } = response;
  if (response.bodyUsed || body?.locked === true) throw bodyUsed();
  if (body !== null) await sendBody(body, response, socket);
  else if (!socket.destroyed) socket.end(headOf(response, 0), 'latin1');
  closeSoon(socket);
}

async function sendBody(body: ReadableStream<Uint8Array>, response: Response, socket: Duplex): Promise<void> {
  const reader = body.getReader();
  // Whether the client is still there shows only when its side is read. A FIN counts as its end, as everywhere.
  socket.once('end', () => void reader.cancel().catch(() => undefined));
  socket.resume();
  await sendStream(reader, socket, (length) => socket.write(headOf(response, length), 'latin1'));
}

/** Without a length, the body ends with the connection (RFC 9112 §6.3). */
function headOf({ status, statusText, headers }: Response, length: number | undefined): string {
  const lines = [`HTTP/1.1 ${status} ${statusText}`];
  for (const [name, value] of headers) {
    if (name !== 'content-length' && !isHopByHop(name)) lines.push(`${name}: ${value}`);
  }
  if (length !== undefined) lines.push(`content-length: ${length}`);
  return [...lines, 'connection: close', '', ''].join('\r\n');
}

/** How long a client that was refused may take to read the answer and close. */
const LINGER_MS = 2_000;

/**
 * Destroys a socket that was ended: HTTP servers leave the other half open, and a client that never closes would
 * keep it for good. Not at once, since the answer could be lost with bytes that the client is still sending.
 */
export function closeSoon(socket: Duplex): void {
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  (timer as { unref?: () => void }).unref?.();
  socket.once('close', () => clearTimeout(timer));
}
