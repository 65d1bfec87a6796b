import { type ClientRequest, createServer, type IncomingMessage, request as httpRequest } from 'node:http';
import { once } from 'node:events';
import type { ApplicationLike } from '@viaduct/core';
import { toNode } from '@viaduct/node';
import { createWire } from './wire.js';

/** Sends a request to an application behind Node's HTTP server, over a connection in memory. */
export async function requestOnNode(
  application: ApplicationLike,
  message: Request,
  target: string,
): Promise<Response> {
  const server = createServer(toNode(application));
  const wire = createWire();
  const { method, headers, signal } = message;
  const sending = httpRequest({
    createConnection: () => wire.client,
    method,
    path: target,
    host: 'localhost',
    setHost: !headers.has('host'),
    headers: { ...Object.fromEntries(headers), connection: 'close' },
    signal,
  });
  const answered = once(sending, 'response') as Promise<[IncomingMessage]>;
  server.emit('connection', wire.server);
  const sent = send(message, sending);
  // An answer may come before the upload has ended, or instead of it.
  sent.catch((error: unknown) => sending.destroy(error as Error));
  const [answer] = await answered;
  return toResponse(answer, method);
}

async function send(message: Request, sending: ClientRequest): Promise<void> {
  // Sent at once: the application may answer, or wait for the body, before there is any.
  if (message.body !== null) sending.flushHeaders();
  for await (const chunk of message.body ?? []) {
    if (sending.destroyed) return;
    if (!sending.write(chunk)) await Promise.race([once(sending, 'drain'), once(sending, 'close')]);
  }
  sending.end();
}

function toResponse(answer: IncomingMessage, method: string): Response {
  const { statusCode: status = 0, statusMessage: statusText = '', rawHeaders } = answer;
  const headers = new Headers();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
  }
  const isEmpty = method === 'HEAD' || status === 204 || status === 205 || status === 304;
  if (isEmpty) answer.resume();
  return new Response(isEmpty ? null : toBody(answer), { status, statusText, headers });
}

/** Read as it is asked for; an answer that is cut short is an error, as it is for `fetch`. */
function toBody(answer: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = answer.iterator({ destroyOnReturn: true });
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        answer.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}
