import type { ServerResponse } from 'node:http';
import { nodeContextOf } from './context.js';
import { ViaductError } from './errors.js';
import type { RecordedRequest } from './request-record.js';

/** `write` and `end` as they are called: their other forms put a callback in the place of what is left out. */
type Send = (this: CheckedResponse, chunk: unknown, encoding: unknown, callback: unknown) => unknown;

/** Node's own members, and how many bytes of the body have been written. */
type CheckedResponse = ServerResponse & {
  /** `undefined` over HTTP/2. */
  readonly _hasBody: boolean | undefined;
  readonly _header: string | null;
  readonly _contentLength: number | null;
  readonly chunkedEncoding: boolean;
  [SENT]?: number;
  /** Methods that somebody has put on the response before. */
  [OWN]?: Methods;
};

interface Methods {
  readonly write: Send;
  readonly end: Send;
}

const SENT: unique symbol = Symbol.for('viaduct.1.sent');
const OWN: unique symbol = Symbol.for('viaduct.1.own-methods');

/**
 * Holds what a native application sends to the `Content-Length` that it has set: Node sends both as they are,
 * and a client would take what is too much, or the next answer in place of what is missing, for an answer.
 *
 * `strictContentLength` does not see a body that is given to `end` together with its head, and throws into
 * the application, which may be a timer that nobody catches. These methods cut the connection and report.
 * They are two functions for all responses, set on the object since Express exchanges its prototype.
 *
 * @returns `false` where it was done before: an application in between may have put methods of its own before
 * these.
 */
export function checkLength(response: ServerResponse & { [SENT]?: number; [OWN]?: unknown }): boolean {
  if (response[SENT] !== undefined) return false;
  response[SENT] = 0;
  // Compared, since to ask for own properties is to search the names of them all.
  const { write: inherited, end: inheritedEnd } = Object.getPrototypeOf(response) as ServerResponse;
  if (response.write !== inherited || response.end !== inheritedEnd) {
    response[OWN] = { write: response.write, end: response.end };
  }
  response.write = write as unknown as ServerResponse['write'];
  response.end = end as unknown as ServerResponse['end'];
  return true;
}

const write: Send = function write(chunk, encoding, callback) {
  const sent = (this[SENT] ?? 0) + lengthOf(chunk, encoding);
  if (sent > declaredLength(this) && !willBeChunked(this)) return fail(this, sent);
  this[SENT] = sent;
  return methodsOf(this).write.call(this, chunk, encoding, callback);
};

const end: Send = function end(chunk, encoding, callback) {
  const declared = declaredLength(this);
  // Compared with NaN, everything is false: nothing was declared.
  if (declared >= 0) {
    const sent = (this[SENT] ?? 0) + lengthOf(chunk, encoding);
    if (sent !== declared && !willBeChunked(this)) {
      fail(this, sent);
      return this;
    }
  }
  return methodsOf(this).end.call(this, chunk, encoding, callback);
};

function methodsOf(response: CheckedResponse): Methods {
  return response[OWN] ?? (Object.getPrototypeOf(response) as Methods);
}

/** `NaN` where no length was declared, or where no body is sent whatever was declared: HEAD, 204, 304. */
function declaredLength(response: CheckedResponse): number {
  if (response._hasBody === undefined) return declaredOverHttp2(response);
  // After the end, whatever is written is Node's to refuse.
  if (response.writableEnded || !response._hasBody || response.strictContentLength) return NaN;
  if (response._header !== null) {
    return response.chunkedEncoding ? NaN : (response._contentLength ?? NaN);
  }
  const { statusCode } = response;
  if (statusCode === 204 || statusCode === 304) return NaN;
  const length = response.getHeader('content-length');
  return length === undefined ? NaN : Number(length);
}

/** Node drops a length that stands beside a transfer encoding. Asked only when something is wrong. */
function willBeChunked(response: CheckedResponse): boolean {
  return response._header === null && response.hasHeader('transfer-encoding');
}

/** There, clients may close the connection for a body that is too long, and with it the answers of others. */
function declaredOverHttp2(response: CheckedResponse): number {
  const { statusCode } = response;
  if (response.writableEnded || response.req.method === 'HEAD') return NaN;
  if (statusCode === 204 || statusCode === 205 || statusCode === 304) return NaN;
  const length = response.getHeader('content-length');
  return length === undefined ? NaN : Number(length);
}

function lengthOf(chunk: unknown, encoding: unknown): number {
  if (typeof chunk === 'string') {
    return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  }
  return ArrayBuffer.isView(chunk) ? chunk.byteLength : 0;
}

function fail(response: CheckedResponse, sent: number): false {
  const request: RecordedRequest = response.req;
  const context = nodeContextOf(request);
  const declared = declaredLength(response);
  const extent = sent > declared ? 'more' : sent;
  const error = new ViaductError(
    'VIADUCT_E_BODY_LENGTH',
    `the response says content-length ${declared}, and its body has ${extent} bytes: the answer was cut off.`,
  );
  if (!response.destroyed) {
    context.exchange.failure ??= { error };
    context.point.report(error, context);
  }
  response.destroy();
  return false;
}
