import type { Duplex } from 'node:stream';

/** What an exchange must know of its answer to tell how it ended: a `ServerResponse`, or the socket of an upgrade. */
export interface AnswerEnd {
  readonly closed: boolean;
  readonly destroyed: boolean;
  readonly headersSent: boolean;
  readonly statusCode: number;
  readonly writableFinished: boolean;
  once(event: 'close', listener: () => void): unknown;
}

/** The answer to a request that asks for another protocol: the socket itself. */
export class UpgradeEnd implements AnswerEnd {
  readonly statusCode = 101;
  readonly #socket: Duplex & { readonly bytesWritten?: number };
  readonly #bytesBefore: number;

  constructor(socket: Duplex) {
    this.#socket = socket;
    this.#bytesBefore = this.#bytesWritten;
  }

  get closed(): boolean {
    return this.#socket.closed;
  }

  get destroyed(): boolean {
    return this.#socket.destroyed;
  }

  /** Whether the application, or a refusal, has written anything. */
  get headersSent(): boolean {
    return this.#bytesWritten > this.#bytesBefore;
  }

  get writableFinished(): boolean {
    return this.#socket.readableEnded || this.#socket.writableFinished;
  }

  once(event: 'close', listener: () => void): void {
    this.#socket.once(event, listener);
  }

  get #bytesWritten(): number {
    return this.#socket.bytesWritten ?? 0;
  }
}
