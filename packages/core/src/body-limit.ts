import type { ServerResponse } from 'node:http';
import { abandon } from './abandon.js';
import { ViaductError } from './errors.js';
import { scanHead } from './head-scan.js';
import { sendPlain } from './plain-answer.js';
import { BODY_BYTES, OVERFLOW, type RecordedRequest } from './request-record.js';

/**
 * Holds a request body to its limit, also when the application never reads it.
 *
 * A declared length is enough: Node's parser lets no more bytes through than were declared. Bodies without
 * one are counted where they come in, on the request itself, so that it does not matter how an application
 * reads them.
 *
 * @returns Whether the request may go on; if not, it has been answered with 413.
 */
export function limitBody(request: RecordedRequest, response: ServerResponse, maxBytes: number): boolean {
  if (maxBytes === Infinity) return true;
  const length = declaredLength(request);
  if (length <= maxBytes) return true;
  if (length === Infinity) {
    countBody(request, response, maxBytes);
    return true;
  }
  sendPlain(response, 413, { connection: 'close' });
  return false;
}

/** `Infinity` for a body of unknown length. A request that was made in this process was not scanned yet. */
function declaredLength(request: RecordedRequest): number {
  const bytes = (request[BODY_BYTES] ??= scanHead(request.rawHeaders).bodyBytes);
  return bytes === 0 && request.httpVersionMajor >= 2 && !request.complete ? Infinity : bytes;
}

type Push = RecordedRequest['push'];

function countBody(request: RecordedRequest, response: ServerResponse, maxBytes: number): void {
  const push: Push = request.push;
  let bytes = 0;
  function countingPush(this: RecordedRequest, chunk: unknown, encoding?: BufferEncoding): boolean {
    bytes += (chunk as Uint8Array | null)?.length ?? 0;
    if (bytes <= maxBytes) return Reflect.apply(push, this, [chunk, encoding]);
    if (this[OVERFLOW] === undefined) {
      this[OVERFLOW] = bodyTooLarge(maxBytes);
      cutUpload(this, response, this[OVERFLOW]);
    }
    // Nothing more is read from the connection.
    return false;
  }
  // Not enumerable, since programs copy requests. A method of a subclass would be lost: Express exchanges prototypes.
  Object.defineProperty(request, 'push', { value: countingPush, writable: true, configurable: true });
}

/** Whoever reads the body is told once the answer is on its way, since that closes the connection. */
function cutUpload(request: RecordedRequest, response: ServerResponse, error: Error): void {
  const isAnswered = response.headersSent;
  abandon(request, response, 413, error);
  if (isAnswered || response.closed) request.destroy(error);
  else response.once('close', () => request.destroy(error));
}

export function bodyTooLarge(maxBytes: number): ViaductError {
  return new ViaductError(
    'VIADUCT_E_BODY_TOO_LARGE',
    `the request body is longer than ${maxBytes} bytes, the maxBodyBytes that hold here.`,
  );
}
