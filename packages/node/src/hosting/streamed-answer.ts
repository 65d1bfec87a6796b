import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Answer } from './answer.js';

/** Follows the body that a host was given, where it is a stream: what becomes of it shows on the response alone. */
export function accompany({ body, isSlow }: Answer, response: ServerResponse): void {
  if (!(body instanceof Readable)) return;
  // Streams are piped to the response when its head is final; hosts let it wait for the first chunk.
  if (isSlow) response.once('pipe', () => response.flushHeaders());
  // Nor does everyone listen who pipes one through another, and unheard it would end the process.
  body.on('error', ignore);
}

/** Ends an answer that lacks the rest of its body, unless the host has ended it or still has to begin. */
export function cutOff(response: ServerResponse): void {
  if (response.headersSent && !response.writableEnded) response.destroy();
}

function ignore(): void {}
