import { getDefaultHighWaterMark } from 'node:stream';
import { ViaductError } from '@viaduct/core';
import { AnswerBody, type BodyOwner } from './answer-body.js';
import { HeaderList } from './header-list.js';
import { type Encoding, NEED_DRAIN, type OutgoingData, type WriteCallback } from './internals.js';
import type { EmulatedResponse, ResponseSink } from './response.js';
import type { EmulatedSocket } from './socket.js';
import { isNullBodyStatus, toWebResponse } from './web-response.js';

/** As many bytes as a producer may be ahead, as on a real socket. */
export const HIGH_WATER_MARK: number = getDefaultHighWaterMark(false);

/** What an answer tells the exchange it belongs to. */
export interface AnswerOwner {
  readonly response: EmulatedResponse;
  readonly socket: EmulatedSocket;
  /** The response has emitted `finish`, and its other listeners have not heard of it yet. */
  finished(): void;
  /** The reader of the body wants no more of it. */
  cancelled(reason: unknown): void;
}

/**
 * The answer of an exchange, from the response that writes it to the web `Response` that is read.
 *
 * What is written in the tick in which the head goes out is collected. If that is all, it becomes the body
 * as it is; if not, the body is a stream from there on.
 */
export class Answer implements ResponseSink, BodyOwner {
  readonly #owner: AnswerOwner;
  readonly #resolve: (response: Response) => void;
  readonly #reject: (error: unknown) => void;
  #headers: HeaderList = NO_HEADERS;
  #chunks: OutgoingData[] = [];
  #callbacks: WriteCallback[] = [];
  #chunkBytes = 0;
  #body: AnswerBody | undefined;
  /** Whether the head has gone out: with a first byte, the end, or a flush. */
  #isSent = false;
  /** Whether the promise of the answer is settled. */
  #isSettled = false;

  constructor(owner: AnswerOwner, resolve: (response: Response) => void, reject: (error: unknown) => void) {
    this.#owner = owner;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Whether it is too late for another answer. */
  get isSent(): boolean {
    return this.#isSent || this.#isSettled;
  }

  headStored(headers: HeaderList): void {
    this.#headers = headers;
  }

  write(data: OutgoingData, encoding: Encoding, callback: WriteCallback): boolean {
    this.#owner.socket.refreshTimeout();
    if (this.#body !== undefined) return write(this.#body, data, encoding, callback) < HIGH_WATER_MARK;
    if (data.length > 0) {
      this.#chunks.push(typeof data !== 'string' || isUtf8(encoding) ? data : Buffer.from(data, encoding));
      this.#chunkBytes += data.length;
    }
    this.#callbacks.push(callback);
    if (!this.#isSent) {
      this.#isSent = true;
      process.nextTick(settle, this);
    } else if (this.#isSettled) {
      process.nextTick(release, this);
    }
    return this.#chunkBytes < HIGH_WATER_MARK;
  }

  finished(): void {
    this.#body?.end();
    this.#owner.finished();
  }

  /** The tick in which the head went out is over. */
  settle(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    try {
      this.#resolve(this.#toResponse());
    } catch (error) {
      this.#reject(error);
    }
    if (this.#body === undefined) this.release();
    else this.#stream(this.#body);
  }

  /** Tells the producers that what they wrote has gone out. */
  release(): void {
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    this.#chunks = [];
    this.#chunkBytes = 0;
    this.drained();
    for (const callback of callbacks) callback?.();
  }

  /**
   * There is no answer, or no more of it.
   *
   * @param loss What those are told who wait for their bytes to be taken.
   */
  fail(error: unknown, loss: Error): void {
    if (!this.#isSettled) {
      this.#isSettled = true;
      this.#reject(error);
    }
    this.#body?.fail(error, loss);
    for (const callback of this.#callbacks) callback?.(loss);
  }

  pendingChanged(bytes: number): void {
    this.#owner.socket.pendingBytes = bytes;
  }

  drained(): void {
    const { response } = this.#owner;
    if (!response[NEED_DRAIN] || response.finished || response.destroyed) return;
    response[NEED_DRAIN] = false;
    response.emit('drain');
  }

  cancelled(reason: unknown): void {
    this.#owner.cancelled(reason);
  }

  #toResponse(): Response {
    const headers = this.#headers;
    const { response } = this.#owner;
    if (headers.status < 200 || headers.status > 599) throw unsuitableStatus(headers.status);
    if (!response._hasBody || isNullBodyStatus(headers.status)) return toWebResponse(headers, null);
    if (response.finished) return toWebResponse(headers, joined(this.#chunks));
    const body = new AnswerBody(this);
    const stream = new ReadableStream<Uint8Array>(body, { highWaterMark: 0 });
    const streamed = toWebResponse(headers, stream);
    this.#body = body;
    return streamed;
  }

  #stream(body: AnswerBody): void {
    const chunks = this.#chunks;
    const callbacks = this.#callbacks;
    this.#chunks = [];
    this.#callbacks = [];
    for (const chunk of chunks) write(body, chunk, 'utf8', null);
    for (const callback of callbacks) write(body, '', 'utf8', callback);
  }
}

const NO_HEADERS = new HeaderList(200, '');

const encoder = new TextEncoder();

function settle(answer: Answer): void {
  answer.settle();
}

function release(answer: Answer): void {
  answer.release();
}

function write(body: AnswerBody, data: OutgoingData, encoding: Encoding, callback: WriteCallback): number {
  if (typeof data !== 'string') return body.write(data, callback);
  return body.write(isUtf8(encoding) ? encoder.encode(data) : Buffer.from(data, encoding), callback);
}

function isUtf8(encoding: Encoding): encoding is 'utf8' | 'utf-8' | null | undefined {
  return encoding === undefined || encoding === null || encoding === 'utf8' || encoding === 'utf-8';
}

function joined(chunks: readonly OutgoingData[]): OutgoingData | null {
  const first = chunks[0];
  if (first === undefined) return null;
  if (chunks.length === 1) return first;
  if (chunks.every((chunk) => typeof chunk === 'string')) return chunks.join('');
  return Buffer.concat(chunks.map((chunk) => (typeof chunk === 'string' ? encoder.encode(chunk) : chunk)));
}

function unsuitableStatus(status: number): ViaductError {
  return new ViaductError(
    'VIADUCT_E_RESPONSE_STATUS',
    `the application answered with status ${status}, which a web Response cannot have (200 to 599)`,
  );
}
