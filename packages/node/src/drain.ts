import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import { Server as TcpServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { closeFrame, connectionsOf, rememberConnection } from '@viaduct/core/internal';
import type { Deadline } from './deadline.js';
import { isAnswering } from './pipelined-answers.js';
import type { Http2Sessions } from './http2-sessions.js';

/** How long idle connections may still send: a client may have sent before it could see that we close. */
const IDLE_GRACE_MS = 300;
const POLL_MS = 50;

/** The client answers it and closes. */
const GOING_AWAY = closeFrame(1001);

/**
 * Brings a server to rest without losing a request.
 *
 * `server.close()` alone closes idle connections at once, into which a request may just be on its way,
 * and goes on keeping the busy ones alive.
 */
export class Drain {
  readonly #server: Server;
  readonly #sessions: Http2Sessions | undefined;
  readonly #upgraded = new Set<Duplex>();

  /** Every open connection. */
  get sockets(): readonly Socket[] {
    return connectionsOf(this.#server);
  }

  constructor(server: Server, sessions?: Http2Sessions) {
    this.#server = server;
    this.#sessions = sessions;
    // With TLS, the one that requests come on is another than the one that was accepted.
    for (const event of ['connection', 'secureConnection']) {
      server.on(event, (socket: Socket) => rememberConnection(socket, server));
    }
  }

  /** Keeps a socket that has left HTTP, to close it in its own protocol. */
  trackUpgrade(socket: Duplex): void {
    this.#upgraded.add(socket);
    socket.once('close', () => this.#upgraded.delete(socket));
  }

  /** @param deadline What is under way then is cut. */
  async run(deadline: Deadline): Promise<CutConnections> {
    this.#server.prependListener('request', announceLast);
    // Stops accepting and nothing else: the close() of an HTTP server would drop idle connections now.
    TcpServer.prototype.close.call(this.#server);
    for (const socket of this.sockets) announceClose(socket);
    this.#sessions?.close();
    for (const socket of this.#upgraded) socket.write(GOING_AWAY);
    const graceEnds = Date.now() + IDLE_GRACE_MS;
    while (this.sockets.length > 0 && !deadline.isReached) {
      if (Date.now() >= graceEnds) this.#server.closeIdleConnections();
      await deadline.before(delay(POLL_MS));
    }
    const cut = this.#countBusy();
    this.#server.closeAllConnections();
    for (const socket of this.sockets) socket.destroy();
    // Ends the timer that checks connections; the server itself no longer listens.
    Server.prototype.close.call(this.#server, () => undefined);
    return cut;
  }

  #countBusy(): CutConnections {
    const plain = this.sockets.filter((socket) => !this.#upgraded.has(socket));
    return {
      requests: plain.filter(isAnswering).length + (this.#sessions?.openStreams ?? 0),
      upgrades: this.#upgraded.size,
    };
  }
}

/** What a drain did not get to its end. */
export interface CutConnections {
  /** Connections on which a request was under way. */
  readonly requests: number;
  /** Connections that spoke another protocol. */
  readonly upgrades: number;
}

function announceLast(_request: IncomingMessage, response: ServerResponse): void {
  response.shouldKeepAlive = false;
}

/** The answer under way on a connection, if its head is still to come, will say that it is the last. */
function announceClose(socket: Socket & { _httpMessage?: ServerResponse | null }): void {
  const response = socket._httpMessage;
  if (response && !response.headersSent) response.shouldKeepAlive = false;
}
