import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type {
  Http2Session,
  Http2ServerRequest,
  Http2ServerResponse,
  Http2Server,
  ServerHttp2Session,
  ServerOptions,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { Http2Pulse } from './http2-pulse.js';
import { type Http2Request, http2RequestClass } from './http2-request.js';
import { http2ResponseClass } from './http2-response.js';
import { Http2Uploads } from './http2-uploads.js';

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

/** How long a session may take to say that it ends, after which its connection is closed: it may be gone without a word. */
const LINGER_MS = 2_000;

/** In milliseconds; 0: for ever. */
export interface Http2Timeouts {
  /** How long a session is kept that has no streams, or whose client gives no sign of life. */
  readonly idleTimeoutMs: number;
  /** How long a request may take to come, its body included. */
  readonly requestTimeoutMs: number;
}

/**
 * The HTTP/2 connections of a server. Their requests are events of that server, as those of its HTTP/1.1
 * connections are.
 */
export class Http2Sessions {
  /** It never listens: it makes sessions of connections that it is given. */
  readonly #http2: Http2Server;
  /** What is under way on each, and what carries it. */
  readonly #sessions = new Map<Http2Session, { requests: Set<Http2Request>; socket: TLSSocket }>();
  /** Whose session is being made. */
  #accepted: TLSSocket | undefined;
  readonly #uploads: Http2Uploads;
  readonly #pulse: Http2Pulse;
  #isClosing = false;
  readonly #idleTimeoutMs: number;

  constructor(server: Server, options: Http2Options, { idleTimeoutMs, requestTimeoutMs }: Http2Timeouts) {
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#uploads = new Http2Uploads(requestTimeoutMs);
    // Asked in one half of that time, the client has the other for its answer.
    this.#pulse = new Http2Pulse(Math.ceil(idleTimeoutMs / 2));
    this.#http2 = process.getBuiltinModule('node:http2').createServer({
      ...options,
      settings: {
        maxConcurrentStreams: MAX_CONCURRENT_STREAMS,
        maxHeaderListSize: MAX_HEADER_LIST_BYTES,
        ...options.settings,
      },
      Http2ServerRequest: http2RequestClass() as unknown as typeof Http2ServerRequest,
      // Its type is Node's, as far as Node keeps to it.
      Http2ServerResponse: http2ResponseClass() as unknown as typeof Http2ServerResponse,
    });
    this.#http2.on('session', (session) => this.#keep(session, this.#accepted as TLSSocket));
    for (const event of ['request', 'checkContinue'] as const) {
      this.#http2.on(event, (request: Http2Request, response: ServerResponse) => {
        this.#take(request, response);
        server.emit(event, request, response);
      });
    }
    // Not a tunnel; nor WebSockets over HTTP/2, which browsers try only where a setting invites them (RFC 8441).
    this.#http2.on('connect', (_: IncomingMessage, response: ServerResponse) => {
      response.writeHead(501).end();
    });
  }

  /** Takes a connection whose client has chosen `h2` in its TLS handshake. */
  accept(socket: TLSSocket): void {
    this.#accepted = socket;
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

  /** Ends the connections without a request under way whose clients do not close them, though they were told to. */
  cutIdle(): void {
    for (const [session, { requests, socket }] of this.#sessions) {
      if (requests.size > 0) continue;
      session.destroy();
      socket.destroy();
    }
  }

  /** How many requests are under way. */
  get openStreams(): number {
    return [...this.#sessions.values()].reduce((sum, { requests }) => sum + requests.size, 0);
  }

  /** The requests that are under way. */
  *requests(): Generator<IncomingMessage, void, undefined> {
    for (const { requests } of this.#sessions.values())
      for (const request of requests) yield request as unknown as IncomingMessage;
  }

  #keep(session: ServerHttp2Session, socket: TLSSocket): void {
    const requests = new Set<Http2Request>();
    this.#sessions.set(session, { requests, socket });
    if (this.#isClosing) session.close();
    session.once('close', () => this.#sessions.delete(session));
    this.#pulse.watch(session, socket, requests);
    session.setTimeout(this.#idleTimeoutMs);
    session.on('timeout', () => {
      if (requests.size > 0) return;
      session.close();
      setTimeout(() => socket.destroy(), LINGER_MS).unref();
    });
  }

  #take(request: Http2Request, response: ServerResponse): void {
    const { stream } = request;
    const requests = stream.session === undefined ? undefined : this.#sessions.get(stream.session)?.requests;
    if (requests === undefined) return;
    requests.add(request);
    stream.once('close', () => requests.delete(request));
    this.#uploads.watch(stream, request as unknown as IncomingMessage, response);
  }
}
