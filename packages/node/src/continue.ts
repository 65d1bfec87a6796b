import type { IncomingMessage, ServerResponse } from 'node:http';
import { restoreKeepAlive } from './last-answer.js';

/**
 * Sends `100 Continue` when the application first reads the body, and not before.
 *
 * An application that answers without reading gets no upload; since the client may send it all the same,
 * the connection is not used again (RFC 9110 §10.1.1).
 */
export function delayContinue(request: IncomingMessage, response: ServerResponse): void {
  const keepsAlive = response.shouldKeepAlive;
  response.shouldKeepAlive = false;
  const read = request._read;
  request._read = function (this: IncomingMessage, size) {
    request._read = read;
    if (!response.headersSent) {
      response.writeContinue();
      restoreKeepAlive(response, keepsAlive);
    }
    read.call(this, size);
  };
}
