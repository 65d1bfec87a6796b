import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Serves a request that asks for a protocol we do not switch to, as if it had not asked.
 *
 * Node has taken the connection out of HTTP by then, body unread. The head is put back before what
 * follows it, less the lines that ask, and the connection is given to the server anew.
 */
export function serveWithoutUpgrade(
  server: Server,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  const raw = request.rawHeaders;
  for (let index = 0; index < raw.length; index += 2) {
    const line = withoutUpgrade(raw[index] ?? '', raw[index + 1] ?? '');
    if (line !== undefined) lines.push(line);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  // A TLS server would begin another handshake on its connection.
  server.emit('encrypted' in socket ? 'secureConnection' : 'connection', socket);
}

function withoutUpgrade(name: string, value: string): string | undefined {
  const lowerName = name.toLowerCase();
  if (lowerName === 'upgrade' || lowerName === 'http2-settings') return undefined;
  if (lowerName !== 'connection') return `${name}: ${value}`;
  const others = value.split(',').filter((option) => !/^\s*(?:upgrade|http2-settings)\s*$/i.test(option));
  return others.length === 0 ? undefined : `${name}: ${others.join(',')}`;
}
