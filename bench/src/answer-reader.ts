import type { Question } from './workloads.js';

const headEnd = Buffer.from('\r\n\r\n');
const lineEnd = Buffer.from('\r\n');
const nothing: Buffer = Buffer.alloc(0);
/** The status and every byte of the body are compared always, the headers of one answer in so many. */
const headersEvery = 32;

type State = 'head' | 'body' | 'chunk size' | 'chunk' | 'chunk end' | 'trailers';

/**
 * Reads the answers of one connection, and compares each with the only right one while it comes in: a whole
 * one of 10 MB is never held.
 *
 * @throws {Error} From `read`, when an answer is wrong.
 */
export class AnswerReader {
  readonly #question: Question;
  readonly #body: Buffer;
  #state: State = 'head';
  /** Part of a head or of a line, until the rest of it comes. */
  #pending = nothing;
  /** Bytes of the body that were compared. */
  #offset = 0;
  /** Bytes that the body, or its chunk, still has. */
  #remaining = 0;
  #answers = 0;

  constructor(question: Question) {
    this.#question = question;
    this.#body = question.body();
  }

  /** Takes what the connection has brought; the number of answers that ended in it. */
  read(chunk: Buffer): number {
    const before = this.#answers;
    let data = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#pending = nothing;
    while (data.length > 0) {
      const taken = this.#take(data);
      if (taken === 0) {
        this.#pending = data;
        break;
      }
      data = data.subarray(taken);
    }
    return this.#answers - before;
  }

  /** The number of bytes that are dealt with; 0 when it takes more to go on. */
  #take(data: Buffer): number {
    if (this.#state === 'head') return this.#takeHead(data);
    if (this.#state === 'body' || this.#state === 'chunk') return this.#takeBody(data);
    const end = data.indexOf(lineEnd);
    if (end === -1) return 0;
    if (this.#state === 'chunk size') {
      this.#remaining = Number.parseInt(data.toString('latin1', 0, end), 16);
      this.#state = this.#remaining === 0 ? 'trailers' : 'chunk';
    } else if (this.#state === 'chunk end') this.#state = 'chunk size';
    else if (end === 0) this.#finish();
    return end + lineEnd.length;
  }

  #takeHead(data: Buffer): number {
    const end = data.indexOf(headEnd);
    if (end === -1) return 0;
    const head = data.toString('latin1', 0, end);
    const { status, headers } = this.#question;
    if (Number(head.slice(9, 12)) !== status) throw this.#wrong(`wanted status ${status}`, head);
    if (this.#answers % headersEvery === 0) {
      for (const [name, value] of Object.entries(headers)) {
        if (headerOf(head, name)?.startsWith(value) !== true)
          throw this.#wrong(`wanted ${name}: ${value}`, head);
      }
    }
    this.#offset = 0;
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length !== undefined) {
      this.#remaining = Number(length);
      this.#state = 'body';
      if (this.#remaining === 0) this.#finish();
    } else if (headerOf(head, 'transfer-encoding') === 'chunked') this.#state = 'chunk size';
    else throw this.#wrong('wanted a length, or chunks', head);
    return end + headEnd.length;
  }

  #takeBody(data: Buffer): number {
    const length = Math.min(data.length, this.#remaining);
    const end = this.#offset + length;
    if (end > this.#body.length || this.#body.compare(data, 0, length, this.#offset, end) !== 0) {
      throw this.#wrong(
        `wanted other bytes within ${this.#offset} to ${end} of ${this.#body.length}`,
        data.toString('latin1', 0, Math.min(length, 200)),
      );
    }
    this.#offset = end;
    this.#remaining -= length;
    if (this.#remaining === 0) {
      if (this.#state === 'chunk') this.#state = 'chunk end';
      else this.#finish();
    }
    return length;
  }

  #finish(): void {
    if (this.#offset !== this.#body.length) {
      throw this.#wrong(`wanted ${this.#body.length} bytes`, `got ${this.#offset}`);
    }
    this.#answers += 1;
    this.#state = 'head';
  }

  #wrong(wanted: string, got: string): Error {
    const { method, path } = this.#question;
    return new Error(`wrong answer to ${method} ${path}: ${wanted}; got\n${got}`);
  }
}

function headerOf(head: string, name: string): string | undefined {
  const start = head.toLowerCase().indexOf(`\r\n${name}:`);
  if (start === -1) return undefined;
  const valueStart = start + name.length + 3;
  const end = head.indexOf('\r\n', valueStart);
  return head.slice(valueStart, end === -1 ? undefined : end).trim();
}
