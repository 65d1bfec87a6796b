import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What Node keeps at a connection: the server that reads it, and the answer that is being sent on it. */
type HttpSocket = Socket & {
  readonly server?: object | null;
  readonly _httpMessage?: ServerResponse | null;
};

/**
 * The connections of this process that have had a request since they were last swept.
 *
 * Those that are idle by then are left out until their next request: they cost what they cost a bare server.
 */
const busy = new Set<HttpSocket>();

/** To be called for every request over HTTP/1.1: one look into a set. */
export function noteRequest(socket: Socket): void {
  busy.add(socket);
}

/** The answers under way on all connections. The rest of these is forgotten. */
export function sweepConnections(): ServerResponse[] {
  return [...busy].flatMap((socket) => {
    const answer = answerOn(socket);
    if (answer === undefined) busy.delete(socket);
    return answer ?? [];
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
