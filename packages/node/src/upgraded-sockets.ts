import type { Duplex } from 'node:stream';
import { closeFrame, hasSwitched, type RecordedRequest } from '@viaduct/core/internal';
import { isAnswering } from './pipelined-answers.js';

/** The client answers it and closes. */
const GOING_AWAY = closeFrame(1001);

interface Upgraded {
  readonly request: RecordedRequest;
  readonly forget: () => void;
  isTold: boolean;
}

/** The connections that Node has taken out of HTTP, for an upgrade or as a tunnel: its server knows them no more. */
export class UpgradedSockets {
  readonly #sockets = new Map<Duplex, Upgraded>();

  get size(): number {
    return this.#sockets.size;
  }

  track(socket: Duplex, request: RecordedRequest): void {
    const forget = (): void => void this.#sockets.delete(socket);
    this.#sockets.set(socket, { request, forget, isTold: false });
    socket.once('close', forget);
  }

  /** It goes back to HTTP. */
  untrack(socket: Duplex): void {
    const upgraded = this.#sockets.get(socket);
    if (upgraded === undefined) return;
    socket.off('close', upgraded.forget);
    upgraded.forget();
  }

  /**
   * Closes each in its own protocol, once it speaks it: before the `101` of a handshake that is still to be answered,
   * a frame would be taken for an answer.
   */
  announceClose(): void {
    for (const [socket, upgraded] of this.#sockets) {
      if (upgraded.isTold || !hasSwitched(upgraded.request)) continue;
      upgraded.isTold = true;
      socket.write(GOING_AWAY);
    }
  }

  /**
   * Closes what is left.
   *
   * @returns How many were in use: not those that were refused, nor those with earlier requests under way, which count
   * as such.
   */
  cut(): number {
    const sockets = [...this.#sockets.keys()];
    const count = sockets.filter((socket) => !socket.writableEnded && !isAnswering(socket)).length;
    for (const socket of sockets) socket.destroy();
    return count;
  }
}
