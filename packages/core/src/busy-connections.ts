import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Whether a connection is among the busy ones: to look into their set would touch more that has left the caches.
 * Not shared with another copy of this module, which has a set of its own.
 */
const IS_BUSY: unique symbol = Symbol('viaduct.is-busy');

/** What Node keeps at a connection: the server that reads it, and the answer that is being sent on it. */
type HttpSocket = Socket & {
  readonly server?: object | null;
  readonly _httpMessage?: ServerResponse | null;
  [IS_BUSY]?: boolean;
};

/**
 * The connections of this process that have had a request since they were last swept.
 *
 * Those that are idle by then are left out until their next request: they cost what they cost a bare server.
 */
const busy = new Set<HttpSocket>();

/** To be called for every request over HTTP/1.1. */
export function noteRequest(socket: HttpSocket): void {
  if (socket[IS_BUSY] === true) return;
  socket[IS_BUSY] = true;
  busy.add(socket);
}

/** The answers under way on all connections. The rest of these is forgotten. */
export function sweepConnections(): ServerResponse[] {
  return [...busy].flatMap((socket) => {
    const answer = answerOn(socket);
    if (answer !== undefined) return answer;
    socket[IS_BUSY] = false;
    busy.delete(socket);
    return [];
  });
}

/** The answers under way over HTTP/1.1, on the connections of one server. */
export function answersOf(server: object): ServerResponse[] {
  return [...busy].flatMap((socket) => (socket.server === server ? (answerOn(socket) ?? []) : []));
}

export function hasBusyConnections(): boolean {
  return busy.size > 0;
}

function answerOn({ destroyed, _httpMessage: answer }: HttpSocket): ServerResponse | undefined {
  return destroyed ? undefined : (answer ?? undefined);
}
