import type { Duplex } from 'node:stream';
import { isHopByHop } from './hop-by-hop.js';
import { plainResponse, type PlainStatus } from './plain-answer.js';

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
 */
export async function answerUpgrade(response: Response, socket: Duplex): Promise<void> {
  const body = new Uint8Array(await response.arrayBuffer());
  const lines = [`HTTP/1.1 ${response.status} ${response.statusText}`];
  for (const [name, value] of response.headers) {
    if (name !== 'content-length' && !isHopByHop(name)) lines.push(`${name}: ${value}`);
  }
  lines.push('connection: close', `content-length: ${body.byteLength}`, '', '');
  if (socket.destroyed) return;
  socket.write(lines.join('\r\n'), 'latin1');
  socket.end(body);
  closeSoon(socket);
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
