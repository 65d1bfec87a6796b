import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { closeSoon } from '@viaduct/core/internal';

/** Refuses to be a tunnel; without a listener, Node would close the connection without a word. */
export function refuseConnect(_request: IncomingMessage, socket: Duplex): void {
  socket.on('error', () => undefined);
  socket.end('HTTP/1.1 501 Not Implemented\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  closeSoon(socket);
}
