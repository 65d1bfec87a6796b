import { connect, type Socket } from 'node:net';
import type { Question } from './contender.js';

/** What a round of load came to. */
export interface LoadResult {
  /** Complete and right answers. */
  readonly answers: number;
  readonly ms: number;
  /** CPU time of the load generator itself: close to `ms`, it was the limit of the throughput, not the server. */
  readonly cpuMs: number;
}

const silenceMs = 10_000;
let connections: Connection[] = [];

/** Opens the connections that the next rounds use. */
export async function connectAll(port: number, count: number, pipelining: number): Promise<void> {
  connections = await Promise.all(Array.from({ length: count }, () => Connection.open(port, pipelining)));
}

/** Closes them. */
export function disconnectAll(): void {
  for (const connection of connections) connection.close();
  connections = [];
}

/**
 * Asks on every connection, again as soon as an answer has come, until the time is up and the last answer is in.
 *
 * @throws {Error} When an answer is wrong or stays out: a fast wrong answer is a failure, not a result.
 */
export async function run(question: Question, ms: number): Promise<LoadResult> {
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const deadline = startedAt + ms;
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('an answer stayed out')), ms + silenceMs);
  });
  try {
    const rounds = Promise.all(connections.map((connection) => connection.run(question, deadline)));
    const counts = await Promise.race([rounds, silence]);
    const cpu = process.cpuUsage(cpuBefore);
    const answers = counts.reduce((sum, count) => sum + count, 0);
    return { answers, ms: performance.now() - startedAt, cpuMs: (cpu.user + cpu.system) / 1000 };
  } finally {
    clearTimeout(timer);
  }
}

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

const headEnd = Buffer.from('\r\n\r\n');
const nothing: Buffer = Buffer.alloc(0);

/** One keep-alive connection, on a raw socket: `node:http` would cost the generator more than the server. */
class Connection {
  readonly #socket: Socket;
  readonly #pipelining: number;
  #request = nothing;
  #question: Question = { path: '/', status: 200, body: '' };
  #body = nothing;
  #pending = nothing;
  #deadline = 0;
  #outstanding = 0;
  #answers = 0;
  #resolve: (answers: number) => void = () => {};
  #reject: (error: Error) => void = () => {};

  static open(port: number, pipelining: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () =>
        resolve(new Connection(socket, pipelining)),
      );
      socket.once('error', reject);
    });
  }

  private constructor(socket: Socket, pipelining: number) {
    this.#socket = socket;
    this.#pipelining = pipelining;
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', (error) => this.#reject(error));
    socket.on('close', () => this.#reject(new Error('the server closed a connection')));
  }

  run(question: Question, deadline: number): Promise<number> {
    this.#question = question;
    this.#request = Buffer.from(`GET ${question.path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
    this.#body = Buffer.from(question.body);
    this.#deadline = deadline;
    this.#answers = 0;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      for (let index = 0; index < this.#pipelining; index += 1) this.#ask();
    });
  }

  close(): void {
    this.#reject = () => {};
    this.#socket.destroy();
  }

  #ask(): void {
    this.#outstanding += 1;
    this.#socket.write(this.#request);
  }

  #read(chunk: Buffer): void {
    let data = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    let length = this.#check(data);
    while (length > 0) {
      data = data.subarray(length);
      this.#answers += 1;
      this.#outstanding -= 1;
      if (performance.now() < this.#deadline) this.#ask();
      else if (this.#outstanding === 0) this.#resolve(this.#answers);
      length = data.length === 0 ? 0 : this.#check(data);
    }
    this.#pending = data;
  }

  /** The length of the answer that `data` begins with, 0 when it is not whole yet. */
  #check(data: Buffer): number {
    const end = data.indexOf(headEnd);
    if (end === -1) return 0;
    const head = data.toString('latin1', 0, end);
    const status = Number(head.slice(9, 12));
    const stated = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    const bodyStart = end + headEnd.length;
    if (status !== this.#question.status || stated === undefined) return this.#refuse(head, status, stated);
    const bodyEnd = bodyStart + Number(stated);
    if (data.length < bodyEnd) return 0;
    if (this.#body.compare(data, bodyStart, bodyEnd) !== 0) return this.#refuse(head, status, stated);
    return bodyEnd;
  }

  #refuse(head: string, status: number, stated: string | undefined): 0 {
    const { path, status: right } = this.#question;
    const wanted = `wanted ${right} and a certain body of ${this.#body.length} bytes`;
    const got = `got ${status} and ${stated === undefined ? 'no Content-Length' : `another of ${stated} bytes`}`;
    this.#reject(new Error(`wrong answer to ${path}: ${wanted}; ${got}\n${head}`));
    this.#socket.destroy();
    return 0;
  }
}
