import type { Server } from 'node:http';
import { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { outsideRequests } from '@viaduct/core/internal';

/** What is shorter than this is set at once: being a second late would be much to it. */
const SHORTEST_MS = 10_000;
/** Node warns of longer ones, and cuts them to this. */
const LONGEST_MS = 0x7f_ff_ff_ff;
const TICK_MS = 1_000;

/** Not shared with another copy of this module, which has a list of its own. */
const TIMER: unique symbol = Symbol('viaduct.timer');
const NONE = 0;
/** One is set with the next tick, unless `timeout` is 0 by then. */
const LISTED = 1;
/** Node's own is set. */
const SET = 2;

type CoarseSocket = Omit<Socket, 'timeout'> & {
  timeout?: number;
  [TIMER]?: typeof NONE | typeof LISTED | typeof SET;
};

const setAtOnce = Socket.prototype.setTimeout;
let listed: CoarseSocket[] = [];
let isTicking = false;

/**
 * Lets the connections of a server set their longer timeouts up to a second late, and only those that are still
 * wanted then.
 *
 * Node sets one whenever a connection becomes idle and clears it with the next request: on a busy connection, a timer
 * made for every request that never fires. All else stays Node's: a timeout never ends early, and shorter ones and those
 * with a callback are set at once.
 */
export function useCoarseTimeouts(server: Server, isSecure: boolean): void {
  server.prependListener(isSecure ? 'secureConnection' : 'connection', (socket: CoarseSocket) => {
    // HTTP/2 has the timeouts of its sessions; a stand-in for a socket, its own.
    if ((socket as TLSSocket).alpnProtocol === 'h2' || socket.setTimeout !== setAtOnce) return;
    socket[TIMER] = NONE;
    socket.setTimeout = setCoarsely;
  });
}

function setCoarsely(this: CoarseSocket, milliseconds: number, callback?: () => void): CoarseSocket {
  if (this[TIMER] !== SET && callback === undefined && canWait(milliseconds)) {
    this.timeout = milliseconds;
    if (milliseconds > 0 && this[TIMER] === NONE) list(this);
    return this;
  }
  // What Node refuses, it may have begun: it finds what it would have found, and is asked from now on.
  if (this[TIMER] === LISTED) setListed(this);
  this[TIMER] = SET;
  setAtOnce.call(this, milliseconds, callback);
  if (milliseconds === 0) this[TIMER] = NONE;
  return this;
}

function canWait(milliseconds: number): boolean {
  if (milliseconds === 0) return true;
  return typeof milliseconds === 'number' && milliseconds >= SHORTEST_MS && milliseconds <= LONGEST_MS;
}

function list(socket: CoarseSocket): void {
  socket[TIMER] = LISTED;
  listed.push(socket);
  if (isTicking) return;
  isTicking = true;
  outsideRequests(() => setTimeout(tick, TICK_MS).unref());
}

function tick(): void {
  const sockets = listed;
  listed = [];
  isTicking = false;
  for (const socket of sockets) if (socket[TIMER] === LISTED) setListed(socket);
}

function setListed(socket: CoarseSocket): void {
  const { timeout = 0 } = socket;
  setAtOnce.call(socket, timeout);
  socket[TIMER] = timeout === 0 ? NONE : SET;
}
