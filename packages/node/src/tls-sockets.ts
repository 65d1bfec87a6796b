import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** The sockets of a server that speaks TLS, of which Node's HTTP server knows those alone whose handshake is done. */
export class TlsSockets {
  /** What carries TLS. */
  readonly #carriers = new Set<Socket>();
  readonly #secure = new Set<Socket>();

  constructor(server: Server) {
    server.on('connection', (socket) => keep(this.#carriers, socket));
    server.on('secureConnection', (socket: Socket) => keep(this.#secure, socket));
  }

  /** Cuts those that have not come to the end of their handshake. */
  cutHandshakes(): void {
    const done = new Set(Array.from(this.#secure, placeOf));
    for (const socket of this.#carriers) if (!done.has(placeOf(socket))) socket.destroy();
  }

  cut(): void {
    for (const socket of [...this.#carriers, ...this.#secure]) socket.destroy();
  }
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  if (sockets.has(socket)) return;
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
}

/** The same for a socket and for what carries it; on a UNIX socket, for all: there, a handshake is left to its time limit. */
function placeOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
