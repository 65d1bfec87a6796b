import type { IncomingMessage, OutgoingHttpHeader, ServerResponse } from 'node:http';
import { isHopByHop } from './hop-by-hop.js';
import { headerPairs } from './light-response.js';
import { flat, hasName } from './plain-head.js';
import { sendStream } from './stream-to-node.js';
import { bodyUsed } from './used-body.js';
import { takeWholeBody } from './whole-body.js';

/**
 * Sends a web `Response` on a Node response.
 *
 * Nothing is read ahead of the client.
 *
 * @returns A promise only where the body has to be waited for: it resolves when the last byte was handed over or
 * the client has gone away; then the body was read to its end or cancelled.
 * @throws {ViaductError} `VIADUCT_E_BODY_USED` when the body was read or sent before.
 * @throws What the body stream threw, or Node for a header that HTTP cannot carry.
 */
export function sendResponse(
  response: Response,
  request: IncomingMessage,
  target: ServerResponse,
): void | Promise<void> {
  const whole = takeWholeBody(response);
  if (whole !== undefined) return sendWhole(response, whole, request, target);
  const { body } = response;
  if (body === null) {
    sendHead(response, target, isEmptyByStatus(response.status, request.method) ? undefined : 0).end();
    return undefined;
  }
  if (response.bodyUsed || body.locked) throw bodyUsed();
  if (request.method === 'HEAD') return sendHeadAlone(response, body, target);
  return sendStream(body.getReader(), target, (length) => sendHead(response, target, length));
}

async function sendHeadAlone(
  response: Response,
  body: ReadableStream<Uint8Array>,
  target: ServerResponse,
): Promise<void> {
  try {
    sendHead(response, target, undefined).end();
  } finally {
    await body.cancel();
  }
}

function sendWhole(
  response: Response,
  content: string | Uint8Array,
  request: IncomingMessage,
  target: ServerResponse,
): void {
  if (request.method === 'HEAD') {
    sendHead(response, target, undefined).end();
    return;
  }
  const headers = headersOf(response);
  const body =
    typeof content === 'string' && content.length > LONGEST_TEXT ? encoder.encode(content) : content;
  // Node writes a head together with a text in the encoding of the text: values beyond ASCII would become UTF-8.
  const isText = typeof body === 'string' && headers.every(isAscii) && isAscii(response.statusText);
  sendHead(response, target, lengthOf(body), headers).end(isText ? body : toBytes(body));
}

function isAscii(text: string): boolean {
  return ASCII.test(text);
}

const ASCII = /^[\t\x20-\x7e]*$/;

function toBytes(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? encoder.encode(content) : content;
}

/**
 * Writes the head.
 *
 * @param length Length of the body in bytes, where it is known.
 */
function sendHead(
  response: Response,
  target: ServerResponse,
  length: number | undefined,
  headers: string[] = headersOf(response),
): ServerResponse {
  const hasLength = hasName(headers, 'content-length');
  if (!hasLength && length !== undefined) headers.push('content-length', String(length));
  // Bodies that are longer or shorter than they say would be taken for the next answer on the connection.
  target.strictContentLength = hasLength;
  const all = withEarlierCookies(headers, target);
  const { status, statusText } = response;
  return statusText === '' ? target.writeHead(status, all) : target.writeHead(status, statusText, all);
}

/** Names in lower case and values in turn, without those that speak of the connection. */
function headersOf(response: Response): string[] {
  const headers: string[] = [];
  const pairs = headerPairs(response) ?? flat(response.headers);
  for (let index = 0; index < pairs.length; index += 2) {
    const name = pairs[index] ?? '';
    if (!isHopByHop(name)) headers.push(name, pairs[index + 1] ?? '');
  }
  return headers;
}

/** Whether the length of a body that is not there says nothing (RFC 9110 §8.6). A 205 says 0. */
function isEmptyByStatus(status: number, method: string | undefined): boolean {
  return status === 204 || status === 304 || method === 'HEAD';
}

/**
 * Cookies that a hook or host has set before stay beside those of the response.
 *
 * As one value: where headers were set before, `writeHead` of Node 20 takes of a name that is listed twice the last.
 */
function withEarlierCookies(headers: string[], target: ServerResponse): OutgoingHttpHeader[] {
  if (!hasName(headers, 'set-cookie') || target.getHeaderNames().length === 0) return headers;
  const others: OutgoingHttpHeader[] = [];
  const cookies: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const value = headers[index + 1] ?? '';
    if (name === 'set-cookie') cookies.push(value);
    else others.push(name, value);
  }
  const earlier = [target.getHeader('set-cookie') ?? []].flat();
  return [...others, 'set-cookie', [...cookies, ...earlier.map(String)]];
}

function lengthOf(body: string | Uint8Array): number {
  return typeof body === 'string' ? byteLength(body) : body.byteLength;
}

const encoder = new TextEncoder();

/** In characters. A longer text is sent as bytes: measured in `scratch`, it would leave three times its size there for good. */
const LONGEST_TEXT = 32_768;

let scratch = new Uint8Array(4096);

/** Length of a text in UTF-8; core imports no `Buffer`. */
function byteLength(text: string): number {
  if (text.length * 3 > scratch.length) scratch = new Uint8Array(text.length * 3);
  return encoder.encodeInto(text, scratch).written;
}
