import type { ServerResponse } from 'node:http';
import type { RecordedRequest } from './request-record.js';

/** Less than this is rather read to its end, so that the connection can be used again. */
const WORTH_READING_BYTES = 65_536;
/** What is read of an upload after its answer, and for how long, until the connection is cut. */
const LINGER_BYTES = 1_048_576;
const LINGER_MS = 2_000;

/**
 * Sees to it that an upload that is answered early with a refusal or a redirect is not taken to its end for
 * nothing: Node would read all of it to keep the connection.
 *
 * The answer says `Connection: close`. The connection is closed in two steps (RFC 9112 §9.6), first for
 * writing, since a client that is still sending when both sides are closed may lose the answer.
 * A success may come early too, while the application goes on reading, so it is left alone.
 *
 * @param bodyBytes Declared length, `Infinity` for none.
 */
export function watchUpload(request: RecordedRequest, response: ServerResponse, bodyBytes: number): void {
  if (bodyBytes <= WORTH_READING_BYTES || request.httpVersionMajor >= 2) return;
  const { writeHead } = response;
  response.writeHead = function refuseUpload(this: ServerResponse, ...args: unknown[]): ServerResponse {
    if (Number(args[0]) >= 300 && !request.complete) {
      this.shouldKeepAlive = false;
      // Node's way to close a connection after its last answer.
      request.socket.destroySoon = () => linger(request);
    }
    return Reflect.apply(writeHead, this, args) as ServerResponse;
  };
}

/** Lets a client that still sends read the answer, and takes little of what it sends. */
function linger(request: RecordedRequest): void {
  const { socket } = request;
  let bytes = 0;
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
  request.on('data', (chunk: Uint8Array | string) => {
    bytes += chunk.length;
    if (bytes > LINGER_BYTES) request.pause();
  });
  request.once('end', () => {
    Reflect.deleteProperty(socket, 'destroySoon');
    // A server may have been given any duplex stream as a connection: Node asks the same.
    if (typeof socket.destroySoon === 'function') socket.destroySoon();
    else socket.destroy();
  });
  socket.end();
  request.resume();
}
