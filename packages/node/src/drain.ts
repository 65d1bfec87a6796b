import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import { Server as TcpServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { answersOf, lastDue } from '@viaduct/core/internal';
import type { Deadline } from './deadline.js';
import type { Http2Sessions } from './http2-sessions.js';
import { makeEarlier, makeLast } from './last-answer.js';
import { TlsSockets } from './tls-sockets.js';
import type { RequestListener } from './to-node.js';
import type { UpgradedSockets } from './upgraded-sockets.js';

/** How long idle connections may still send: a client may have sent before it could see that we close. */
const IDLE_GRACE_MS = 300;
/**
 * How long connections may take that have never asked for anything: browsers open some before they need them, and
 * Node counts one that has sent nothing as busy with its first head.
 */
const FIRST_HEAD_GRACE_MS = 2_000;
const POLL_MS = 50;

/** What a drain must know of a server. */
export interface DrainedServer {
  readonly server: Server;
  /** That of its `request` events. */
  readonly listener: RequestListener;
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
  readonly #drained: DrainedServer;
  readonly #tlsSockets: TlsSockets | undefined;

  constructor(drained: DrainedServer) {
    this.#drained = drained;
    if (drained.isSecure) this.#tlsSockets = new TlsSockets(drained.server);
  }

  /** @param deadline What is under way then is cut. */
  async run(deadline: Deadline): Promise<CutConnections> {
    const { server, listener, upgrades, sessions } = this.#drained;
    server.off('request', listener).on('request', untilLast(listener));
    const isClosed = stopAccepting(server);
    for (const answer of answersOf(server)) makeLast(lastDue(answer));
    sessions?.close();
    const begin = Date.now();
    while (!(isClosed() && this.#isAtRest) && !deadline.isReached) {
      upgrades.announceClose();
      if (Date.now() >= begin + IDLE_GRACE_MS) closeIdle(server);
      if (Date.now() >= begin + FIRST_HEAD_GRACE_MS) this.#cutSilent();
      await deadline.before(delay(POLL_MS));
    }
    const requests = answersOf(server).length + (sessions?.openStreams ?? 0);
    const cut = { requests, upgrades: upgrades.cut() };
    server.closeAllConnections();
    this.#tlsSockets?.cut();
    // Ends the timer that checks connections; the server itself no longer listens.
    Server.prototype.close.call(server, () => undefined);
    return cut;
  }

  /** A server that has closed knows nothing of connections that it was given, not accepted. */
  get #isAtRest(): boolean {
    const { server, upgrades, sessions } = this.#drained;
    return answersOf(server).length === 0 && upgrades.size === 0 && (sessions?.openStreams ?? 0) === 0;
  }

  #cutSilent(): void {
    const { server, sessions } = this.#drained;
    // Node's timer reads it anew each time; 0 is no limit.
    server.headersTimeout = Math.min(server.headersTimeout || Infinity, FIRST_HEAD_GRACE_MS);
    this.#tlsSockets?.cutHandshakes();
    sessions?.cutIdle();
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
 * @returns Tells whether every connection has closed that the server has accepted.
 */
function stopAccepting(server: Server): () => boolean {
  let isClosed = false;
  TcpServer.prototype.close.call(server, () => {
    isClosed = true;
  });
  return () => isClosed;
}

/**
 * Lets each connection have one answer more that says it is the last. Behind one that has said so, nothing is run
 * (RFC 9112 §9.6): its client knows that it was not.
 */
function untilLast(listener: RequestListener): RequestListener {
  return function last(request, response) {
    if (request.httpVersionMajor >= 2) return listener(request, response);
    const before = answerBefore(request, response);
    if (before?.headersSent === true && !before.shouldKeepAlive) return;
    if (before !== undefined) makeEarlier(before);
    makeLast(response);
    listener(request, response);
  };
}

/** The answer that this one waits for, on a connection with several. */
function answerBefore(
  { socket }: IncomingMessage & { socket: Socket & { readonly _httpMessage?: ServerResponse | null } },
  response: ServerResponse,
): ServerResponse | undefined {
  const { _httpMessage: first } = socket;
  return first && first !== response ? lastDue(first) : undefined;
}

/** Node takes an answer that has ended for one that has gone out: a slow client would lose the rest of it. */
function closeIdle(server: Server): void {
  if (!answersOf(server).some(({ writableEnded }) => writableEnded)) server.closeIdleConnections();
}
