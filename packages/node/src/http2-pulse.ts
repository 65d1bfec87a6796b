import type { Http2Session } from 'node:http2';
import type { TLSSocket } from 'node:tls';

/** A connection, and what is known of its client. */
interface Pulse {
  readonly socket: TLSSocket;
  /** What is under way on it. */
  readonly requests: { readonly size: number };
  isAsked: boolean;
}

/**
 * Finds connections over HTTP/2 whose client is gone without a word: with its network, or by a reset that Node
 * does not notice while it writes (seen with Node 20, 22 and 24: the write that has failed is never told of, the
 * session waits for it, and all of its streams stay open).
 *
 * Every connection with a request under way is sent a PING from time to time, and closed when that has no answer
 * by the next time. Clients answer it by themselves, whatever they read.
 */
export class Http2Pulse {
  readonly #intervalMs: number;
  readonly #pulses = new Map<Http2Session, Pulse>();
  #timer: NodeJS.Timeout | undefined;

  /** @param intervalMs 0: nobody is asked. */
  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  watch(session: Http2Session, socket: TLSSocket, requests: Pulse['requests']): void {
    if (this.#intervalMs === 0) return;
    this.#pulses.set(session, { socket, requests, isAsked: false });
    this.#timer ??= setInterval(() => this.#feel(), this.#intervalMs).unref();
  }

  #feel(): void {
    for (const [session, pulse] of this.#pulses) {
      if (session.destroyed) this.#pulses.delete(session);
      else if (pulse.requests.size > 0) ask(session, pulse);
    }
    if (this.#pulses.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function ask(session: Http2Session, pulse: Pulse): void {
  if (pulse.isAsked) {
    session.destroy();
    // A session would wait for its last write here too.
    pulse.socket.destroy();
    return;
  }
  pulse.isAsked = true;
  session.ping(() => {
    pulse.isAsked = false;
  });
}
