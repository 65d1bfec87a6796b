import type { UnderlyingSource } from 'node:stream/web';
import type { WriteCallback } from './internals.js';

/** What a body tells the answer it belongs to. */
export interface BodyOwner {
  /** How many bytes the producer must still see as unsent. */
  pendingChanged(bytes: number): void;
  drained(): void;
  cancelled(reason: unknown): void;
}

/** As much as a kernel takes from a connection whose other side does not read. */
const BUFFER_BYTES = 64 * 1024;

/** From here on, bytes that somebody waits for go past the buffer. */
const DIRECT_BYTES = 16 * 1024;

interface Chunk {
  readonly bytes: Uint8Array;
  readonly callback: WriteCallback;
  /** How many of the bytes are taken. */
  taken: number;
}

/**
 * The body of an answer that is still being written, between a response and the reader of a web stream.
 *
 * It is what a kernel's send buffer is to a socket: the first bytes are taken whether anybody reads or not,
 * so that a small answer finishes; after that every further write waits for a read. Bytes are copied in, so
 * that the producer may use its memory again, and the reader may transfer what it gets.
 */
export class AnswerBody implements UnderlyingSource<Uint8Array> {
  readonly #owner: BodyOwner;
  readonly #waiting: Chunk[] = [];
  #pendingBytes = 0;
  #buffer: Uint8Array = new Uint8Array(0);
  #bufferedBytes = 0;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #isWanted = false;
  #isEnded = false;
  #isClosed = false;
  #isScheduled = false;

  constructor(owner: BodyOwner) {
    this.#owner = owner;
  }

  /** @returns Bytes that wait to be taken, these included. */
  write(bytes: Uint8Array, callback: WriteCallback): number {
    this.#waiting.push({ bytes, callback, taken: 0 });
    this.#setPending(this.#pendingBytes + bytes.byteLength);
    this.#schedule();
    return this.#pendingBytes;
  }

  /** No more bytes follow. */
  end(): void {
    this.#isEnded = true;
    this.#closeIfRead();
  }

  /** Ends the stream with an error, and tells the producers of what was not taken that it was lost. */
  fail(error: unknown, loss: Error): void {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#controller?.error(error);
    }
    for (const chunk of this.#waiting.splice(0)) chunk.callback?.(loss);
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
  }

  pull(): void {
    this.#isWanted = true;
    this.move();
  }

  cancel(reason: unknown): void {
    this.#isClosed = true;
    this.#owner.cancelled(reason);
  }

  /** Hands on what is wanted, and takes in what there is room for. */
  move(): void {
    this.#isScheduled = false;
    this.#deliver();
    // Callbacks that write again do so for the next turn.
    for (let left = this.#waiting.length; left > 0 && this.#takeIn(); left -= 1);
    this.#deliver();
    this.#closeIfRead();
  }

  /** @returns Whether the first chunk was taken as a whole. */
  #takeIn(): boolean {
    const chunk = this.#waiting[0];
    if (chunk === undefined) return false;
    const { bytes, taken } = chunk;
    const length = Math.min(bytes.byteLength - taken, BUFFER_BYTES - this.#bufferedBytes);
    this.#makeRoom(this.#bufferedBytes + length);
    this.#buffer.set(bytes.subarray(taken, taken + length), this.#bufferedBytes);
    this.#bufferedBytes += length;
    return this.#advance(chunk, length);
  }

  #deliver(): void {
    if (!this.#isWanted || this.#isClosed) return;
    const chunk = this.#waiting[0];
    if (this.#bufferedBytes > 0) {
      const bytes = this.#buffer.slice(0, this.#bufferedBytes);
      this.#bufferedBytes = 0;
      this.#enqueue(bytes);
      this.#schedule();
    } else if (chunk !== undefined && chunk.bytes.byteLength - chunk.taken >= DIRECT_BYTES) {
      const bytes = new Uint8Array(chunk.bytes.subarray(chunk.taken, chunk.taken + BUFFER_BYTES));
      this.#enqueue(bytes);
      this.#advance(chunk, bytes.byteLength);
    }
  }

  #enqueue(bytes: Uint8Array): void {
    this.#isWanted = false;
    this.#controller?.enqueue(bytes);
  }

  /** @returns Whether the chunk is done. */
  #advance(chunk: Chunk, length: number): boolean {
    chunk.taken += length;
    this.#setPending(this.#pendingBytes - length);
    if (chunk.taken < chunk.bytes.byteLength) return false;
    this.#waiting.shift();
    if (this.#pendingBytes === 0) this.#owner.drained();
    chunk.callback?.();
    return true;
  }

  #makeRoom(bytes: number): void {
    if (bytes <= this.#buffer.byteLength) return;
    const grown = new Uint8Array(Math.min(BUFFER_BYTES, Math.max(bytes, this.#buffer.byteLength * 2)));
    grown.set(this.#buffer.subarray(0, this.#bufferedBytes));
    this.#buffer = grown;
  }

  #closeIfRead(): void {
    if (!this.#isEnded || this.#isClosed || this.#bufferedBytes > 0 || this.#pendingBytes > 0) return;
    this.#isClosed = true;
    this.#controller?.close();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.length === 0) return;
    this.#isScheduled = true;
    process.nextTick(move, this);
  }

  #setPending(bytes: number): void {
    this.#pendingBytes = bytes;
    this.#owner.pendingChanged(bytes);
  }
}

function move(body: AnswerBody): void {
  body.move();
}
