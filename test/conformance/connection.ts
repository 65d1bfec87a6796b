import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ByteSource, readResponse, type WireResponse } from './wire-response.js';

/**
 * A client's end of one connection, on which requests are written as bytes: HTTP clients normalise targets
 * and hosts, refuse what a test wants to send, and hide how an answer was framed.
 */
export class Connection implements ByteSource {
  readonly socket: Socket;
  /** What has come and was not yet read. */
  #chunks: Buffer[] = [];
  #isEnded = false;
  #wake: (() => void) | undefined;
  /** Resolves when the connection is closed in both directions. */
  readonly closed: Promise<void>;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#wake?.();
    });
    const end = (): void => {
      this.#isEnded = true;
      this.#wake?.();
    };
    socket.once('end', end).once('close', end);
    // A reset ends the connection like anything else; what was missing then shows in the reading.
    socket.on('error', () => undefined);
  }

  static async open(port: number): Promise<Connection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new Connection(socket);
  }

  /** Resolves when the operating system has taken the bytes, or the connection is gone. */
  write(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      if (this.socket.destroyed) return resolve();
      const data = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
      this.socket.write(data, () => resolve());
    });
  }

  /** The next response, an interim one (1xx) included. */
  read(method = 'GET'): Promise<WireResponse> {
    return readResponse(this, method);
  }

  /** Gone at once, with a reset: not a polite end. */
  reset(): void {
    // Node never closes a socket that is reset while it says goodbye (libuv refuses), and spins on it.
    if (this.socket.writableEnded || this.socket.readableEnded) this.socket.destroy();
    else this.socket.resetAndDestroy();
  }

  /** What has come and was not read: `''` when the last answer ended where it said. */
  get unread(): string {
    return this.#merged().toString('latin1');
  }

  /** Waits until some text has come, and leaves it there. */
  async waitFor(text: string): Promise<void> {
    while (!this.#merged().includes(text)) await this.#more();
  }

  async take(length: number): Promise<Buffer> {
    let available = this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    while (available < length) {
      const before = this.#chunks.length;
      await this.#more();
      for (const chunk of this.#chunks.slice(before)) available += chunk.length;
    }
    const buffer = this.#merged();
    this.#chunks = [buffer.subarray(length)];
    return buffer.subarray(0, length);
  }

  async takeUntil(end: string): Promise<Buffer> {
    await this.waitFor(end);
    const buffer = this.#merged();
    const index = buffer.indexOf(end);
    this.#chunks = [buffer.subarray(index + end.length)];
    return buffer.subarray(0, index);
  }

  async takeRest(): Promise<Buffer> {
    while (!this.#isEnded) await this.#moreOrEnd();
    const rest = this.#merged();
    this.#chunks = [];
    return rest;
  }

  #merged(): Buffer {
    const buffer = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
    this.#chunks = [buffer];
    return buffer;
  }

  async #more(): Promise<void> {
    if (this.#isEnded) {
      throw new Error(`the connection ended too early, after ${JSON.stringify(this.unread.slice(-200))}`);
    }
    await this.#moreOrEnd();
  }

  #moreOrEnd(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
