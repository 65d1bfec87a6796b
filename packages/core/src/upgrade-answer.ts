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
}
