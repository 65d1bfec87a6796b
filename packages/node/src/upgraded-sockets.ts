import type { Duplex } from 'node:stream';
import { closeFrame, hasSwitched, type RecordedRequest } from '@viaduct/core/internal';
import { isAnswering } from './pipelined-answers.js';

/** The client answers it and closes. */
const GOING_AWAY = closeFrame(1001);

interface Upgraded {
  readonly request: RecordedRequest;
  isTold: boolean;
}

/** The connections of a server that Node has taken out of HTTP for their upgrade. */
export class UpgradedSockets {
  readonly #sockets = new Map<Duplex, Upgraded>();

  track(socket: Duplex, request: RecordedRequest): void {
    this.#sockets.set(socket, { request, isTold: false });
    socket.once('close', () => this.#sockets.delete(socket));
  }

  /** It goes back to HTTP. */
  untrack(socket: Duplex): void {
    this.#sockets.delete(socket);
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

  /** Closes what is left. @returns How many, less those with earlier requests under way, which are known elsewhere. */
  cut(): number {
    const sockets = [...this.#sockets.keys()];
    const count = sockets.filter((socket) => !isAnswering(socket)).length;
    for (const socket of sockets) socket.destroy();
    return count;
  }
}
