import { type EventEmitter, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { TRUSTED } from './certificates.js';

export type Protocol = 'http/1.1' | 'h2';

/** One request, written for both protocols. */
export interface Question {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
}

/** What came back, less what belongs to the protocol. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly trailers: Readonly<Record<string, string | string[] | undefined>>;
}

const OF_THE_PROTOCOL: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'date',
  ':status',
]);

/** Asks over one protocol or the other, on a connection of its own. */
export function ask(port: number, protocol: Protocol, question: Question): Promise<Reply> {
  return protocol === 'h2' ? askHttp2(port, question) : askHttp1(port, question);
}

async function askHttp1(port: number, { method = 'GET', path, headers, body }: Question): Promise<Reply> {
  const sending = httpsRequest({
    port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: TRUSTED,
    agent: false,
    method,
    path,
    headers: { host: `localhost:${port}`, ...headers },
  });
  sending.end(body);
  const [answer] = (await once(sending, 'response')) as [IncomingMessage];
  const received = (await buffer(answer)).toString('latin1');
  return {
    status: answer.statusCode ?? 0,
    headers: plain(answer.headers),
    body: received,
    trailers: answer.trailers,
  };
}

async function askHttp2(port: number, question: Question): Promise<Reply> {
  const session = openSession(port);
  try {
    return await askOn(session, question);
  } finally {
    session.destroy();
  }
}

/** A connection over HTTP/2, closed when the test ends. */
export function openSession(port: number, options: SecureClientSessionOptions = {}): ClientHttp2Session {
  const session = connect(`https://localhost:${port}`, { ca: TRUSTED, host: '127.0.0.1', ...options });
  session.on('error', () => undefined);
  onTestFinished(() => session.destroy());
  return session;
}

/** Asks on a connection that is open. */
export async function askOn(
  session: ClientHttp2Session,
  { method = 'GET', path, headers, body }: Question,
): Promise<Reply> {
  const stream = session.request(
    { ':method': method, ':path': path, ...headers },
    { endStream: body === undefined },
  );
  if (body !== undefined) stream.end(body);
  return readReply(stream);
}

/** @throws {Error} When the stream is reset before its end. */
export async function readReply(stream: ClientHttp2Stream): Promise<Reply> {
  let trailers: IncomingHttpHeaders = {};
  stream.on('trailers', (given: IncomingHttpHeaders) => {
    trailers = given;
  });
  const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  const closed = new Promise((resolve) => stream.once('close', resolve));
  const received = (await buffer(stream)).toString('latin1');
  // Trailers come after the end of the body.
  await closed;
  return { status: Number(head[':status']), headers: plain(head), body: received, trailers };
}

/** Waits until a stream has closed, and tells with which code; its errors are not thrown. */
export async function untilReset(stream: ClientHttp2Stream): Promise<number | undefined> {
  stream.on('error', () => undefined);
  stream.resume();
  if (!stream.closed || !stream.destroyed) await new Promise((resolve) => stream.once('close', resolve));
  return stream.rstCode;
}

/** Waits for the end of a connection, whether it comes with an error or without. */
export async function untilClosed(connection: EventEmitter): Promise<void> {
  connection.on('error', () => undefined);
  await new Promise<void>((resolve) => connection.once('close', () => resolve()));
}

/** Opens a stream and leaves it to the test what is sent on it. */
export function openStream(session: ClientHttp2Session, headers: OutgoingHttpHeaders): ClientHttp2Stream {
  const stream = session.request(headers, { endStream: false });
  stream.on('error', () => undefined);
  return stream;
}

function plain(headers: Readonly<Record<string, string | string[] | undefined>>): Reply['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_PROTOCOL.has(name)));
}
