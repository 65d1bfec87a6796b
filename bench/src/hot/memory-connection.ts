import { Duplex } from 'node:stream';
import type { Server } from 'node:http';
import { AnswerReader } from '../answer-reader.js';
import { toRequest } from '../connection.js';
import type { Question } from '../workloads.js';

/** A keep-alive connection inside the process: what the server writes to it is an answer, without any system call. */
export class MemoryConnection {
  readonly #socket = new MemorySocket((chunk) => this.#read(chunk));
  readonly #request: Buffer;
  readonly #reader: AnswerReader;
  #answered: (() => void) | undefined;
  #failed: ((error: unknown) => void) | undefined;

  constructor(server: Server, question: Question) {
    this.#request = toRequest(question);
    this.#reader = new AnswerReader(question);
    this.#socket.on('close', () => this.#failed?.(new Error('the server closed the connection')));
    server.emit('connection', this.#socket);
  }

  /**
   * Asks so many times, one request after the other.
   *
   * @throws {Error} When an answer is wrong.
   */
  async ask(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      await new Promise<void>((resolve, reject) => {
        this.#answered = resolve;
        this.#failed = reject;
        this.#socket.push(this.#request);
      });
    }
  }

  #read(chunk: Buffer): void {
    try {
      // In another turn of the event loop, as the next request of a real connection.
      if (this.#reader.read(chunk) > 0) setImmediate(() => this.#answered?.());
    } catch (error) {
      this.#failed?.(error);
    }
  }
}

class MemorySocket extends Duplex {
  readonly remoteAddress = '127.0.0.1';
  readonly #onWritten: (chunk: Buffer) => void;

  constructor(onWritten: (chunk: Buffer) => void) {
    super({ decodeStrings: true });
    this.#onWritten = onWritten;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#onWritten(chunk);
    done();
  }

  /** Of a `net.Socket`, what Node's server calls. */
  setTimeout(): this {
    return this;
  }
}
