import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import { Server as TcpServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { answersOf } from '@viaduct/core/internal';
import type { Deadline } from './deadline.js';
import type { Http2Sessions } from './http2-sessions.js';
import type { UpgradedSockets } from './upgraded-sockets.js';

/** How long idle connections may still send: a client may have sent before it could see that we close. */
const IDLE_GRACE_MS = 300;
/**
 * How long a head may take from the beginning of a drain on: browsers open connections before they need them, and
 * Node counts one that has sent nothing as busy with its first head.
 */
const HEAD_GRACE_MS = 2_000;
const POLL_MS = 50;

/** What a server has besides connections that speak HTTP/1.1 as they are. */
export interface OtherConnections {
  readonly upgrades: UpgradedSockets;
  /** `undefined` where HTTP/2 is not spoken. */
  readonly sessions: Http2Sessions | undefined;
  readonly isSecure: boolean;
}

/**
 * Brings a server to rest without losing a request.
 *
 * `server.close()` alone closes idle connections at once, into which a request may just be on its way,
 * and goes on keeping the busy ones alive.
 */
export class Drain {
  readonly #server: Server;
  readonly #others: OtherConnections;
  /** Those of TLS, with what carries them: Node knows only those whose handshake is done. */
  readonly #tlsSockets = new Set<Socket>();

  constructor(server: Server, others: OtherConnections) {
    this.#server = server;
    this.#others = others;
    if (!others.isSecure) return;
    for (const event of ['connection', 'secureConnection']) {
      server.on(event, (socket: Socket) => {
        this.#tlsSockets.add(socket);
        socket.once('close', () => this.#tlsSockets.delete(socket));
      });
    }
  }

  /** @param deadline What is under way then is cut. */
  async run(deadline: Deadline): Promise<CutConnections> {
    const { upgrades, sessions } = this.#others;
    this.#server.prependListener('request', announceLast);
    const isClosed = stopAccepting(this.#server);
    hurryHeads(this.#server);
    for (const answer of answersOf(this.#server)) announceClose(answer);
    sessions?.close();
    upgrades.announceClose();
    const graceEnds = Date.now() + IDLE_GRACE_MS;
    while (!isClosed() && !deadline.isReached) {
      if (Date.now() >= graceEnds) this.#server.closeIdleConnections();
      await deadline.before(delay(POLL_MS));
      upgrades.announceClose();
    }
    const requests = answersOf(this.#server).length + (sessions?.openStreams ?? 0);
    this.#server.closeAllConnections();
    for (const socket of this.#tlsSockets) socket.destroy();
    const cut = { requests, upgrades: upgrades.cut() };
    // Ends the timer that checks connections; the server itself no longer listens.
    Server.prototype.close.call(this.#server, () => undefined);
    return cut;
  }
}

/** What a drain did not get to its end. */
export interface CutConnections {
  /** Connections on which a request was under way. */
  readonly requests: number;
  /** Connections that spoke another protocol. */
  readonly upgrades: number;
}

/**
 * Stops accepting and nothing else: the `close()` of an HTTP server would drop idle connections now.
 *
 * @returns Tells whether every connection has closed.
 */
function stopAccepting(server: Server): () => boolean {
  let isClosed = false;
  TcpServer.prototype.close.call(server, () => {
    isClosed = true;
  });
  return () => isClosed;
}

/** Node's timer of the server reads it anew each time. 0 is no limit. */
function hurryHeads(server: Server): void {
  server.headersTimeout = Math.min(server.headersTimeout || Infinity, HEAD_GRACE_MS);
}

function announceLast(_request: IncomingMessage, response: ServerResponse): void {
  response.shouldKeepAlive = false;
}

/** An answer whose head is still to come will say that it is the last on its connection. */
function announceClose(answer: ServerResponse): void {
  if (!answer.headersSent) answer.shouldKeepAlive = false;
}
