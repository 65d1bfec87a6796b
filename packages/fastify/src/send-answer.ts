import { Readable } from 'node:stream';
import type { Answer } from '@viaduct/node/internal';
import type { FastifyHostReply } from './shapes.js';

/** Puts an application's answer on a Fastify reply, which runs the host's `onSend` hooks and sends it. */
export function sendAnswer(reply: FastifyHostReply, { status, reason, headers, body }: Answer): void {
  // Not `reply.code()`, which knows no status above 599.
  reply.raw.statusCode = status;
  if (reason !== '') reply.raw.statusMessage = reason;
  setHeaders(reply, headers);
  // Fastify forgets a stream that a hook has put another body in the place of: it would be produced for ever.
  if (body instanceof Readable) reply.raw.once('close', () => void body.destroy());
  // Fastify gives bytes without a type one, and streams none.
  const isTyped = body === undefined || body instanceof Readable || reply.hasHeader('content-type');
  reply.send(isTyped ? body : Readable.from([body], { objectMode: false }));
}

/** What an application says counts, but where values add up: its cookies and `Vary` stand beside the host's. */
function setHeaders(reply: FastifyHostReply, headers: Answer['headers']): void {
  for (const [name, value] of headers) {
    const earlier = name === 'vary' ? reply.getHeader(name) : undefined;
    reply.header(name, earlier === undefined ? value : [earlier, value].flat().join(', '));
  }
}
