import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2 } from 'node:http2';
import type { IncomingHttpHeaders } from 'node:http2';
import { BrokenPromise, type Question, within } from './question.js';
import { SecureConnection } from './secure-connection.js';

/** What came back on a stream. */
export interface Http2Answer {
  /** 0 for a stream that was reset before its head came. */
  readonly status: number;
  readonly id: string | undefined;
  readonly body: Buffer;
  /** Whether the server has ended it: with a reset, what came is half an answer. */
  readonly isWhole: boolean;
}

/** A client of one connection over HTTP/2. */
export class Http2Client {
  readonly session: ClientHttp2Session;
  readonly #connection: SecureConnection;

  private constructor(connection: SecureConnection) {
    this.#connection = connection;
    this.session = connectHttp2('https://localhost', { createConnection: () => connection.socket });
    // What a reset costs shows in the streams.
    this.session.on('error', () => undefined);
  }

  static async open(port: number): Promise<Http2Client> {
    return new Http2Client(await SecureConnection.open(port, 'h2'));
  }

  /** Opens a stream; what is sent on it is left to the caller, for a method that has a body. */
  request(target: string, method = 'GET'): ClientHttp2Stream {
    const stream = this.session.request(
      { ':method': method, ':path': target },
      { endStream: method !== 'POST' },
    );
    stream.on('error', () => undefined);
    return stream;
  }

  /** @throws {BrokenPromise} When the answer is not the one to the question. */
  async ask({ id, method, target, upload, body }: Question): Promise<void> {
    const stream = this.request(target, method);
    if (method === 'POST') stream.end(upload);
    const answer = await within(answerOn(stream), `${target} over HTTP/2 was not answered`);
    const isForeign = answer.id !== undefined && answer.id !== id;
    if (answer.status === 200 && answer.id === id && answer.isWhole && answer.body.equals(body)) return;
    const got = `${answer.status} x-id=${answer.id} ${answer.body.length} bytes, ${answer.isWhole ? 'whole' : 'cut'}`;
    throw new BrokenPromise(`${target} over HTTP/2 was answered with ${got}`, isForeign);
  }

  close(): void {
    this.session.destroy();
    this.#connection.socket.destroy();
  }

  /** Gone at once, with all of its streams. */
  reset(): void {
    this.#connection.reset();
    this.session.destroy();
  }
}

/** Waits for the end of a stream, whichever it is. */
export async function answerOn(stream: ClientHttp2Stream): Promise<Http2Answer> {
  let head: IncomingHttpHeaders = {};
  let hasEnded = false;
  const chunks: Buffer[] = [];
  stream.on('response', (headers) => (head = headers));
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('end', () => (hasEnded = true));
  if (!stream.destroyed) await new Promise((resolve) => stream.once('close', resolve));
  return {
    status: Number(head[':status'] ?? 0),
    id: head['x-id'] as string | undefined,
    body: Buffer.concat(chunks),
    isWhole: hasEnded && !stream.rstCode,
  };
}
