import type { IncomingMessage, ServerResponse } from 'node:http';
import { ViaductError } from './errors.js';
import { isHopByHop } from './hop-by-hop.js';

/**
 * Sends a web `Response` on a Node response.
 *
 * Resolves when the last byte was handed over or the client has gone away; then the body was read to its
 * end or cancelled. Nothing is read ahead of the client.
 *
 * @throws What the body stream threw, or Node for a header that HTTP cannot carry.
 */
export async function sendResponse(
  response: Response,
  request: IncomingMessage,
  target: ServerResponse,
): Promise<void> {
  const { status, statusText, body } = response;
  const headers = toRawHeaders(response.headers, target);
  // Bodies that are longer or shorter than they say would be taken for the next answer on the connection.
  target.strictContentLength = target.hasHeader('content-length') || 'content-length' in headers;
  if (statusText === '') target.writeHead(status, headers);
  else target.writeHead(status, statusText, headers);
  if (body === null) {
    target.end();
  } else if (request.method === 'HEAD') {
    target.end();
    await body.cancel();
  } else {
    await pump(body.getReader(), target);
  }
}

function toRawHeaders(headers: Headers, target: ServerResponse): Record<string, string | string[]> {
  const raw: Record<string, string | string[]> = {};
  for (const [name, value] of headers) {
    if (isHopByHop(name)) continue;
    if (name === 'set-cookie') continue;
    raw[name] = value;
  }
  const cookies = headers.getSetCookie();
  const earlier = target.getHeader('set-cookie');
  if (cookies.length > 0) raw['set-cookie'] = [...asList(earlier), ...cookies];
  return raw;
}

function asList(value: number | string | string[] | undefined): string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [String(value)];
}

async function pump(reader: ReadableStreamDefaultReader<Uint8Array>, target: ServerResponse): Promise<void> {
  const room = new Room(target);
  // A producer that waits for its next event learns at once that nobody listens any more.
  target.once('close', () => {
    if (!target.writableFinished) reader.cancel(clientGone()).catch(() => undefined);
  });
  try {
    for (;;) {
      const chunk = await orFlush(reader.read(), target);
      if (target.destroyed) return;
      if (chunk.done) return void target.end();
      if (!ArrayBuffer.isView(chunk.value)) throw notBytes(chunk.value);
      if (!target.write(chunk.value)) await room.free();
    }
  } catch (error) {
    await reader.cancel(error).catch(() => undefined);
    throw error;
  }
}

/** Waits for a chunk; when it is not there at once, what was written so far goes out, head included. */
async function orFlush<Value>(chunk: Promise<Value>, target: ServerResponse): Promise<Value> {
  let isThere = false;
  void chunk.then(
    () => (isThere = true),
    () => (isThere = true),
  );
  await undefined;
  await undefined;
  if (!isThere && !target.destroyed) target.flushHeaders();
  return chunk;
}

/** Waits until the socket takes more, or is gone: after a reset, `drain` never comes. */
class Room {
  readonly #target: ServerResponse;
  #resolve: (() => void) | undefined;

  constructor(target: ServerResponse) {
    this.#target = target;
    const wake = (): void => this.#resolve?.();
    target.on('drain', wake);
    target.once('close', wake);
  }

  free(): Promise<void> {
    if (this.#target.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }
}

function clientGone(): ViaductError {
  return new ViaductError('VIADUCT_E_CLIENT_GONE', 'the client closed the connection');
}

function notBytes(chunk: unknown): ViaductError {
  return new ViaductError(
    'VIADUCT_E_NO_RESPONSE',
    `a response body yields bytes (Uint8Array), got ${typeof chunk}`,
  );
}
