import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import {
  createServer,
  type Http2Session,
  type Http2ServerResponse,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerOptions,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { Http2Response } from './http2-response.js';

/**
 * What Node's `http2.createSecureServer` takes for its sessions: `settings`, `maxSessionMemory`,
 * `maxHeaderListPairs`, `maxSessionInvalidFrames` and the rest.
 */
export type Http2Options = Omit<
  ServerOptions,
  'Http1IncomingMessage' | 'Http1ServerResponse' | 'Http2ServerRequest' | 'Http2ServerResponse'
>;

/** Node sets no limit, and RFC 9113 §6.5.2 recommends no fewer than 100. As nginx. */
const MAX_CONCURRENT_STREAMS = 128;

/** What the HTTP/1.1 parser allows a head: Node would take four times as much over HTTP/2. */
const MAX_HEADER_LIST_BYTES = 16_384;

/**
 * The HTTP/2 connections of a server. Their requests are events of that server, as those of its HTTP/1.1
 * connections are.
 */
export class Http2Sessions {
  /** It never listens: it makes sessions of connections that it is given. */
  readonly #http2: Http2Server;
  /** How many streams are open on each. */
  readonly #sessions = new Map<Http2Session, number>();
  #isClosing = false;
  readonly #idleTimeoutMs: number;

  /** @param idleTimeoutMs How long a session without streams is kept; 0: for ever. */
  constructor(server: Server, options: Http2Options, idleTimeoutMs: number) {
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#http2 = createServer({
      ...options,
      settings: {
        maxConcurrentStreams: MAX_CONCURRENT_STREAMS,
        maxHeaderListSize: MAX_HEADER_LIST_BYTES,
        ...options.settings,
      },
      // Its type is Node's, as far as Node keeps to it.
      Http2ServerResponse: Http2Response as unknown as typeof Http2ServerResponse,
    });
    this.#http2.on('session', (session) => this.#keep(session));
    this.#http2.on('stream', (stream) => this.#count(stream));
    for (const event of ['request', 'checkContinue'] as const) {
      this.#http2.on(event, (request, response) => server.emit(event, request, response));
    }
    // Not a tunnel; nor WebSockets over HTTP/2, which browsers try only where a setting invites them (RFC 8441).
    this.#http2.on('connect', (_: IncomingMessage, response: ServerResponse) => {
      response.writeHead(501).end();
    });
  }

  /** Takes a connection whose client has chosen `h2` in its TLS handshake. */
  accept(socket: TLSSocket): void {
    this.#http2.emit('connection', socket);
  }

  /**
   * Takes no more streams: each connection ends with its last one.
   *
   * The GOAWAY names the last stream that was taken, so that a client knows which of its requests on their way
   * it may send again elsewhere. Node cannot announce the end first and still take those (RFC 9113 §6.8).
   */
  close(): void {
    this.#isClosing = true;
    for (const session of this.#sessions.keys()) session.close();
  }

  /** How many requests are under way. */
  get openStreams(): number {
    return [...this.#sessions.values()].reduce((sum, open) => sum + open, 0);
  }

  #keep(session: ServerHttp2Session): void {
    this.#sessions.set(session, 0);
    if (this.#isClosing) session.close();
    session.once('close', () => this.#sessions.delete(session));
    session.setTimeout(this.#idleTimeoutMs);
    session.on('timeout', () => {
      if (this.#sessions.get(session) === 0) session.close();
    });
  }

  #count(stream: ServerHttp2Stream): void {
    const { session } = stream;
    if (session === undefined) return;
    this.#sessions.set(session, (this.#sessions.get(session) ?? 0) + 1);
    stream.once('close', () => {
      const open = this.#sessions.get(session);
      if (open !== undefined) this.#sessions.set(session, open - 1);
    });
  }
}
