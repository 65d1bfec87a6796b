import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ClientHttp2Stream, connect, createServer, type IncomingHttpHeaders } from 'node:http2';
import type { ApplicationLike } from '@viaduct/core';
import { toNode } from '@viaduct/node';

/** Sends a request to an application behind Node's HTTP/2 server, over a connection of loopback: Node's sessions need a socket. */
export async function requestOnHttp2(
  application: ApplicationLike,
  message: Request,
  target: string,
): Promise<Response> {
  const server = createServer();
  // Its listeners are typed for HTTP/2; an application gets objects that do for both.
  server.on('request', toNode(application) as never);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const session = connect(`http://127.0.0.1:${port}`);
  session.on('error', ignore);
  // One connection is all that it takes.
  session.once('connect', () => server.close());
  const { method, signal } = message;
  const headers = Object.fromEntries(message.headers);
  const stream = session.request(
    { ':authority': 'localhost', ...headers, ':method': method, ':path': target },
    { endStream: message.body === null, signal },
  );
  stream.on('close', () => session.destroy());
  const answered = once(stream, 'response') as Promise<[IncomingHttpHeaders]>;
  // An answer may come before the upload has ended, or instead of it.
  send(message, stream).catch((error: unknown) => stream.destroy(error as Error));
  const [head] = await answered;
  stream.on('error', ignore);
  return toResponse(head, stream, method);
}

async function send({ body }: Request, stream: ClientHttp2Stream): Promise<void> {
  if (body === null) return;
  for await (const chunk of body) {
    if (stream.destroyed || stream.closed) return;
    if (!stream.write(chunk)) await Promise.race([once(stream, 'drain'), once(stream, 'close')]);
  }
  stream.end();
}

function toResponse(head: IncomingHttpHeaders, stream: ClientHttp2Stream, method: string): Response {
  const status = Number(head[':status']);
  const headers = new Headers();
  for (const [name, value] of Object.entries(head)) {
    if (name.startsWith(':')) continue;
    for (const each of [value].flat()) if (each !== undefined) headers.append(name, each);
  }
  const isEmpty = method === 'HEAD' || status === 204 || status === 205 || status === 304;
  if (isEmpty) stream.resume();
  return new Response(isEmpty ? null : toBody(stream), { status, headers });
}

/** Read as it is asked for; an answer that is reset is an error, as it is for `fetch`. */
function toBody(stream: ClientHttp2Stream): ReadableStream<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = stream.iterator({ destroyOnReturn: true });
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        stream.close();
      },
    },
    { highWaterMark: 0 },
  );
}

function ignore(): void {}
