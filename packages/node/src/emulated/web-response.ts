import { LightResponse } from '@viaduct/core';
import { createLight } from '@viaduct/core/internal';
import type { HeaderList } from './header-list.js';
import type { OutgoingData } from './internals.js';

/** A body that is all there, one that is still being written, or none. */
export type AnswerContent = OutgoingData | ReadableStream<Uint8Array> | null;

/** Makes the web response of a head and a body. */
export function toWebResponse(headers: HeaderList, body: AnswerContent): Response {
  const { status, statusText } = headers;
  if (isSmall(body)) {
    const pairs = headers.toPairs(typeof body === 'string');
    // As they are, so that no `Headers` are made where nobody asks for them.
    if (pairs !== undefined) return createLight(body as string | Uint8Array<ArrayBuffer>, headers, pairs);
  }
  const Kind = isSmall(body) ? LightResponse : Response;
  const response = new Kind(body as ConstructorParameters<typeof Response>[0], { status, statusText });
  headers.applyTo(response.headers, typeof body === 'string', status === 205);
  return response;
}

/** A `Response` of these refuses any body, even an empty one. */
export function isNullBodyStatus(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

/** Above this, the copy that a deferred body needs costs more than the stream. */
const DEFERRED_BYTES = 64 * 1024;

function isSmall(body: AnswerContent): body is OutgoingData {
  if (typeof body === 'string') return true;
  return body instanceof Uint8Array && body.byteLength <= DEFERRED_BYTES;
}
