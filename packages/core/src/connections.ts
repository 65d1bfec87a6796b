import type { Socket } from 'node:net';

/**
 * Every open connection that a server of this process has accepted or a request came on, with the server
 * that wants to know all of its own.
 *
 * One record and one listener for whoever asks: they are what an idle connection costs beyond that of a bare server.
 */
const connections = new Map<Socket, object | undefined>();

/** Remembers a connection until it closes. */
export function rememberConnection(socket: Socket, owner?: object): void {
  if (!connections.has(socket)) socket.on('close', forget);
  connections.set(socket, owner);
}

/** One for all: a closure of its own, and `once`, would cost several hundred bytes each. */
function forget(this: Socket): void {
  connections.delete(this);
}

export function isRemembered(socket: Socket): boolean {
  return connections.has(socket);
}

/** Those of one server. */
export function connectionsOf(owner: object): Socket[] {
  return [...connections].filter(([, of]) => of === owner).map(([socket]) => socket);
}

export function allConnections(): Iterable<Socket> {
  return connections.keys();
}

export function hasConnections(): boolean {
  return connections.size > 0;
}
