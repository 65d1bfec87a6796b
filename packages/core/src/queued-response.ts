import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { whenClosed } from './when-closed.js';

/** The responses that wait for an earlier one on their connection. */
const QUEUE: unique symbol = Symbol.for('viaduct.1.queue');

type QueueingSocket = Socket & { [QUEUE]?: Set<ServerResponse> };

/** Node's own marks of a response that has closed. */
type ClosableResponse = ServerResponse & { _closed: boolean };

/**
 * Lets a pipelined response close with its connection.
 *
 * Node gives a response its socket when those before it have gone out, and closes, on a connection that is
 * lost, only the response that has it: the others would never end, and with them neither signal nor
 * `onFinished`, nor a stream that is piped into them.
 */
export function closeWithConnection(request: IncomingMessage, response: ServerResponse): void {
  const socket: QueueingSocket = request.socket;
  const queue = socket[QUEUE] ?? openQueue(socket);
  queue.add(response);
  whenClosed(response, () => queue.delete(response));
}

/** The last answer that is due on the connection of this one: itself, or one that waits for it. */
export function lastDue(response: ServerResponse): ServerResponse {
  const { [QUEUE]: queue }: QueueingSocket = response.req.socket;
  return [...(queue ?? [])].at(-1) ?? response;
}

/** One listener for a connection, however many requests are pipelined on it. */
function openQueue(socket: QueueingSocket): Set<ServerResponse> {
  const queue = new Set<ServerResponse>();
  socket[QUEUE] = queue;
  socket.once('close', () => {
    for (const response of queue) close(response as ClosableResponse);
  });
  return queue;
}

function close(response: ClosableResponse): void {
  if (response._closed) return;
  response.destroyed = true;
  response._closed = true;
  response.emit('close');
}
