import { STATUS_CODES } from 'node:http';
import type { Readable } from 'node:stream';
import {
  bodyUsed,
  flat,
  headerPairs,
  isHopByHop,
  isSettledSoon,
  takeWholeBody,
} from '@viaduct/core/internal';
import { BodyStream, wrongLength } from './body-stream.js';

/** An application's answer, for its host to send. */
export interface Answer {
  readonly status: number;
  /** The reason phrase where it is not the usual one, else `''`. */
  readonly reason: string;
  /** Names in lower case; the cookies in one list. */
  readonly headers: readonly (readonly [name: string, value: string | string[]])[];
  /** `undefined` where none may be sent or there is none: after HEAD, with 204, 205 and 304. */
  readonly body: Buffer | Readable | undefined;
  /** Whether the body's first byte has to be waited for, as that of an event stream: the head goes ahead of it. */
  readonly isSlow: boolean;
}

/**
 * Takes a `Response` apart for a host that sends it.
 *
 * A short body that is there already becomes a `Buffer`, so that hosts see its length; a long or slow one
 * stays a stream, and does not make the head wait.
 *
 * @returns At once where the body is known as a whole, or none is sent.
 * @param onBodyFailure Told when the body fails after this has returned.
 * @throws {ViaductError} `VIADUCT_E_BODY_LENGTH` when the body is not as long as it says.
 * @throws What the body stream threw at once.
 */
export function toAnswer(
  response: Response,
  method: string | undefined,
  onBodyFailure: (error: unknown) => void,
): Answer | Promise<Answer> {
  const pairs = headerPairs(response) ?? flat(response.headers);
  const body = toNodeBody(response, pairs, method, onBodyFailure);
  if (!(body instanceof Promise)) return answerWith(body, response, pairs);
  return body.then((read) => answerWith(read, response, pairs));
}

function answerWith(
  body: Answer['body'],
  { status, statusText }: Response,
  pairs: readonly string[],
): Answer {
  const reason = statusText === STATUS_CODES[status] ? '' : statusText;
  const isSlow = body instanceof BodyStream && body.isSlow;
  return { status, reason, headers: toHeaderList(pairs), body, isSlow };
}

/** @param pairs Names in lower case and values in turn; cookies each by themselves. */
function toHeaderList(pairs: readonly string[]): [string, string | string[]][] {
  const list: [string, string | string[]][] = [];
  const cookies: string[] = [];
  for (let index = 0; index < pairs.length; index += 2) {
    const name = pairs[index] ?? '';
    const value = pairs[index + 1] ?? '';
    if (name === 'set-cookie') cookies.push(value);
    else if (!isHopByHop(name)) list.push([name, value]);
  }
  if (cookies.length > 0) list.push(['set-cookie', cookies]);
  return list;
}

function lengthIn(pairs: readonly string[]): number | undefined {
  for (let index = 0; index < pairs.length; index += 2)
    if (pairs[index] === 'content-length') return Number(pairs[index + 1]);
  return undefined;
}

function toNodeBody(
  response: Response,
  pairs: readonly string[],
  method: string | undefined,
  onFailure: (error: unknown) => void,
): Answer['body'] | Promise<Answer['body']> {
  const { status } = response;
  const isSent = method !== 'HEAD' && status !== 204 && status !== 205 && status !== 304;
  // Before `body` is asked for, which makes a stream of a light one.
  const whole = takeWholeBody(response);
  if (whole !== undefined) return isSent ? checked(toBuffer(whole), lengthIn(pairs)) : undefined;
  const { body } = response;
  if (body === null) return isSent ? checked(Buffer.alloc(0), lengthIn(pairs)) : undefined;
  if (response.bodyUsed || body.locked) throw bodyUsed();
  if (isSent) return readBody(body, lengthIn(pairs), onFailure);
  // Not waited for: the answer is whole without it, and what it is made of may take its time to close.
  body.cancel().catch(ignore);
  return undefined;
}

async function readBody(
  body: ReadableStream<Uint8Array>,
  length: number | undefined,
  onFailure: (error: unknown) => void,
): Promise<Buffer | Readable> {
  const reader = body.getReader();
  const opening = reader.read();
  if (!(await isSettledSoon(opening))) return new BodyStream(reader, [opening], length, onFailure);
  const first = await opening;
  if (first.done) return checked(Buffer.alloc(0), length);
  const next = reader.read();
  const isWhole =
    (await isSettledSoon(next)) &&
    (await next.then(
      ({ done }) => done,
      () => false,
    ));
  if (!isWhole) return new BodyStream(reader, [opening, next], length, onFailure);
  return checked(toBuffer(first.value), length);
}

function toBuffer(bytes: string | Uint8Array): Buffer {
  return typeof bytes === 'string'
    ? Buffer.from(bytes)
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Hosts correct a wrong length in silence; sent as it is, it would desynchronise the connection. */
function checked(bytes: Buffer, length: number | undefined): Buffer {
  if (length === undefined || length === bytes.length) return bytes;
  throw wrongLength(length, bytes.length);
}

function ignore(): void {}
