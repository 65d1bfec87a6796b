import { connect, type Socket } from 'node:net';
import { AnswerReader } from './answer-reader.js';
import type { Question } from './workloads.js';

/** As many as real clients send: what is done once for each header is part of the cost. */
const headers = [
  'Host: localhost',
  'Connection: keep-alive',
  'User-Agent: viaduct-bench/1',
  'Accept: application/json, text/plain;q=0.9, */*;q=0.8',
  'Accept-Encoding: identity',
  'Accept-Language: en-GB,en;q=0.9',
  'Cache-Control: no-cache',
];

/** What is told of a connection while it is used. */
export interface ConnectionListener {
  /** So many answers more are in, and right. */
  onAnswers(connection: Connection, count: number): void;
  /** An answer is wrong, or the connection has ended. */
  onError(error: Error): void;
}

/** One keep-alive connection, on a raw socket: `node:http` would cost the generator more than the server. */
export class Connection {
  readonly #socket: Socket;
  #listener: ConnectionListener | undefined;
  #request: Buffer | undefined;
  #reader: AnswerReader | undefined;

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
        socket.off('error', reject);
        resolve(new Connection(socket));
      });
      socket.once('error', reject);
    });
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', (error) => this.#listener?.onError(error));
    socket.on('close', () => this.#listener?.onError(new Error('the server closed a connection')));
  }

  /** Sets what is asked from now on, and who is told. */
  prepare(question: Question, request: Buffer, listener: ConnectionListener): void {
    this.#request = request;
    this.#reader = new AnswerReader(question);
    this.#listener = listener;
  }

  /** Sends the request. */
  ask(): void {
    if (this.#request !== undefined) this.#socket.write(this.#request);
  }

  /** Closes it, and tells nobody. */
  close(): void {
    this.#listener = undefined;
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    try {
      const count = this.#reader?.read(chunk) ?? 0;
      if (count > 0) this.#listener?.onAnswers(this, count);
    } catch (error) {
      this.#listener?.onError(error as Error);
      this.close();
    }
  }
}

/** The bytes of a request. */
export function toRequest({ method, path, type, sent }: Question): Buffer {
  const lines = [`${method} ${path} HTTP/1.1`, ...headers];
  if (sent !== undefined) lines.push(`Content-Type: ${type ?? ''}`, `Content-Length: ${sent.length}`);
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
  return sent === undefined ? head : Buffer.concat([head, sent]);
}
