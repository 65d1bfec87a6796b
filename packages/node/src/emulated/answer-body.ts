import type { UnderlyingSource } from 'node:stream/web';
import type { WriteCallback } from './internals.js';

/** What the body of an answer tells the exchange it belongs to. */
export interface AnswerOwner {
  /** How many bytes the producer must still see as unsent. */
  pendingChanged(bytes: number): void;
  drained(): void;
  cancelled(reason: unknown): void;
}

/** As much as a kernel would take from a connection whose other side does not read. */
const KERNEL_BYTES = 64 * 1024;

/** Above this, a chunk is not copied: its producer waits until it was read. */
const COPY_BYTES = 16 * 1024;

interface Chunk {
  readonly bytes: Uint8Array;
  readonly callback: WriteCallback;
  /** Whether the bytes are ours, so that the producer may have its buffer back before they are read. */
  readonly isOwn: boolean;
}

/**
 * The body of an answer that is still being written, between a response and the reader of a web stream.
 *
 * It behaves as a connection does. The first bytes are accepted whether anybody reads or not, so that a
 * small answer finishes; after that every further write waits for a read. A large chunk counts as taken
 * when the next one is asked for: until then its reader may look at what is still its producer's buffer.
 */
export class AnswerBody implements UnderlyingSource<Uint8Array> {
  readonly #owner: AnswerOwner;
  /** Not read yet; the first of them, as many as `#acceptedCount`, are accepted. */
  readonly #chunks: Chunk[] = [];
  #acceptedCount = 0;
  #acceptedBytes = 0;
  #pendingBytes = 0;
  #unreadBytes = 0;
  /** Read, but not accepted yet. */
  #lent: Chunk | undefined;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #isWanted = false;
  #isEnded = false;
  #isClosed = false;
  #isScheduled = false;

  constructor(owner: AnswerOwner) {
    this.#owner = owner;
  }

  /** @returns Bytes that wait to be accepted, these included. */
  write(data: Uint8Array, isOwn: boolean, callback: WriteCallback): number {
    const copies = !isOwn && data.byteLength <= COPY_BYTES;
    const bytes = copies ? new Uint8Array(data) : data;
    this.#chunks.push({ bytes, callback, isOwn: isOwn || copies });
    this.#unreadBytes += bytes.byteLength;
    this.#setPending(this.#pendingBytes + bytes.byteLength);
    const pendingBytes = this.#pendingBytes;
    this.#deliver();
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      process.nextTick(acceptScheduled, this);
    }
    return pendingBytes;
  }

  /** No more bytes follow. */
  end(): void {
    this.#isEnded = true;
    this.#closeIfRead();
  }

  /** Ends the stream with an error, and tells the producers of what was not accepted that it was lost. */
  fail(error: Error): void {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#controller?.error(error);
    }
    const lost = this.#chunks.splice(0).slice(this.#acceptedCount);
    if (this.#lent !== undefined) lost.unshift(this.#lent);
    this.#lent = undefined;
    for (const chunk of lost) chunk.callback?.(error);
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
  }

  pull(): void {
    const lent = this.#lent;
    this.#lent = undefined;
    this.#isWanted = true;
    if (lent !== undefined) this.#accept(lent);
    this.#acceptAsRoomAllows();
    this.#deliver();
  }

  cancel(reason: unknown): void {
    this.#isClosed = true;
    this.#owner.cancelled(reason);
  }

  acceptScheduled(): void {
    this.#isScheduled = false;
    const lent = this.#lent;
    if (lent?.isOwn === true) {
      this.#lent = undefined;
      this.#accept(lent);
    }
    this.#acceptAsRoomAllows();
  }

  #acceptAsRoomAllows(): void {
    // What was read before must be accepted first: callbacks run in the order of the writes.
    while (this.#lent === undefined) {
      const chunk = this.#chunks[this.#acceptedCount];
      if (chunk === undefined || !chunk.isOwn) return;
      const total = this.#acceptedBytes + chunk.bytes.byteLength;
      if (this.#acceptedBytes > 0 && total > KERNEL_BYTES) return;
      this.#acceptedCount += 1;
      this.#acceptedBytes = total;
      this.#accept(chunk);
    }
  }

  #accept(chunk: Chunk): void {
    this.#setPending(this.#pendingBytes - chunk.bytes.byteLength);
    if (this.#pendingBytes === 0) this.#owner.drained();
    chunk.callback?.();
  }

  #deliver(): void {
    while (this.#isWanted && !this.#isClosed && this.#lent === undefined) {
      const chunk = this.#chunks[0];
      if (chunk === undefined) return;
      this.#chunks.shift();
      if (this.#acceptedCount > 0) {
        this.#acceptedCount -= 1;
        this.#acceptedBytes -= chunk.bytes.byteLength;
      } else {
        this.#lent = chunk;
      }
      // An empty chunk carries only a callback: a web stream would hand it to the reader.
      if (chunk.bytes.byteLength === 0) continue;
      this.#isWanted = false;
      this.#unreadBytes -= chunk.bytes.byteLength;
      this.#controller?.enqueue(chunk.bytes);
    }
    this.#closeIfRead();
  }

  #closeIfRead(): void {
    if (!this.#isEnded || this.#isClosed || this.#unreadBytes > 0) return;
    this.#isClosed = true;
    this.#controller?.close();
  }

  #setPending(bytes: number): void {
    this.#pendingBytes = bytes;
    this.#owner.pendingChanged(bytes);
  }
}

function acceptScheduled(body: AnswerBody): void {
  body.acceptScheduled();
}
