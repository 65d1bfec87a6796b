import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** A connection of Node's server, with the response that is being sent on it. */
type AnsweringSocket = Duplex & {
  _httpMessage?: ServerResponse | null;
  setTimeout?(milliseconds: number): unknown;
};

/** Whether requests that came before on this connection still wait for their answers. */
export function isAnswering(socket: AnsweringSocket): boolean {
  return socket._httpMessage !== undefined && socket._httpMessage !== null;
}

/**
 * Waits until every request that came before on this connection has its answer, in order.
 *
 * Node tells of an upgrade as soon as it has read its head, while earlier answers are under way: a 101 would
 * go out before them, and a client would take it for the answer to another request.
 *
 * @returns Whether the connection can still be used: one of the answers may have been its last.
 */
export async function untilAnswered(socket: AnsweringSocket): Promise<boolean> {
  socket.on('drain', passOn);
  for (let due = socket._httpMessage; due; due = socket._httpMessage) await untilClosed(due);
  socket.off('drain', passOn);
  // That of an idle connection, which began with the last answer.
  socket.setTimeout?.(0);
  return !socket.destroyed && !socket.writableEnded;
}

/** Node has taken its own listener off with the connection's way out of HTTP. */
function passOn(this: AnsweringSocket): void {
  if (this._httpMessage?.writableNeedDrain === true) this._httpMessage.emit('drain');
}

function untilClosed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve);
  });
}
