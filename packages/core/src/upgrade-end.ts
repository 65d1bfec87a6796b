import type { Duplex } from 'node:stream';
import { RESPONSE, type RecordedRequest } from './request-record.js';

/** What an exchange must know of its answer to tell how it ended: a `ServerResponse`, or the socket of an upgrade. */
export interface AnswerEnd {
  readonly closed: boolean;
  readonly destroyed: boolean;
  readonly headersSent: boolean;
  readonly statusCode: number;
  readonly writableFinished: boolean;
  on(event: 'close', listener: (this: AnswerEnd) => void): unknown;
}

/** The answer to a request that asks for another protocol: the socket itself. */
export class UpgradeEnd implements AnswerEnd {
  readonly #socket: Duplex & { readonly bytesWritten?: number };
  readonly #bytesBefore: number;
  #statusCode = 101;

  constructor(socket: Duplex) {
    this.#socket = socket;
    this.#bytesBefore = this.#bytesWritten;
    watchFirstWrite(socket, (line) => {
      const status = /^HTTP\/1\.[01] ([1-9]\d\d) /.exec(line)?.[1];
      if (status !== undefined) this.#statusCode = Number(status);
    });
  }

  /** What the first line says that was written: 101 when the protocol was switched, else how it was refused. */
  get statusCode(): number {
    return this.#statusCode;
  }

  get isSwitched(): boolean {
    return this.headersSent && this.#statusCode === 101 && !this.#socket.writableEnded;
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

  on(event: 'close', listener: (this: AnswerEnd) => void): void {
    this.#socket.on(event, () => listener.call(this));
  }

  get #bytesWritten(): number {
    return this.#socket.bytesWritten ?? 0;
  }
}

/** Whether the connection of a request speaks the protocol that was asked for, and nothing has ended it. */
export function hasSwitched(request: RecordedRequest): boolean {
  const end = request[RESPONSE];
  return end instanceof UpgradeEnd && end.isSwitched;
}

/** Applications write the answer to a handshake themselves, so that only the socket knows what it was. */
function watchFirstWrite(socket: Duplex, onFirst: (beginning: string) => void): void {
  const { write, end } = socket;
  let isOver = false;
  function first(chunk: unknown): void {
    if (isOver) return;
    isOver = true;
    // Unless somebody has put a method of theirs over these: then it calls them, and they stay.
    if (socket.write === watchedWrite) socket.write = write;
    if (socket.end === watchedEnd) socket.end = end;
    if (typeof chunk === 'string') onFirst(chunk.slice(0, STATUS_LINE));
    else if (chunk instanceof Uint8Array) onFirst(String.fromCharCode(...chunk.subarray(0, STATUS_LINE)));
  }
  function watchedWrite(...args: readonly unknown[]): boolean {
    first(args[0]);
    return Reflect.apply(write, socket, args);
  }
  function watchedEnd(...args: readonly unknown[]): Duplex {
    first(args[0]);
    return Reflect.apply(end, socket, args);
  }
  socket.write = watchedWrite;
  socket.end = watchedEnd;
}

/** Characters of `HTTP/1.1 101 `. */
const STATUS_LINE = 13;
