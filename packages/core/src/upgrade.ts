import type { Duplex } from 'node:stream';
import type { Application } from './application.js';
import { closeFrame } from './close-frame.js';
import { nodeContextOf } from './context.js';
import { reportFailure } from './failure.js';
import type { ErrorListener } from './gateway.js';
import { RESPONSE, type RecordedRequest } from './request-record.js';
import { closeSoon, refuseUpgrade } from './upgrade-answer.js';

/**
 * Hands an upgrade to an application. Never throws: an application without an `upgrade` answers 404, one
 * that fails answers 500 while nothing was written, closes its WebSocket with 1011 when it has switched to one,
 * and else loses the connection.
 */
export async function runUpgrade(
  application: Application,
  request: RecordedRequest,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  if (application.upgrade === undefined) return refuseUpgrade(socket, 404);
  try {
    await application.upgrade(request, socket, head);
  } catch (error) {
    failUpgrade(error, application, request, socket);
  }
}

/** The funnel of upgrades. */
export function failUpgrade(
  error: unknown,
  application: Application,
  request: RecordedRequest,
  socket: Duplex,
  own?: ErrorListener,
): void {
  reportFailure(error, application, nodeContextOf(request), own);
  const answer = request[RESPONSE];
  if (answer?.headersSent !== true) refuseUpgrade(socket, 500);
  else if (answer.statusCode === 101) closeFailed(socket);
  else socket.destroy();
}

/** Says that the server has failed, behind what was written before; nobody may answer, so that it ends all the same. */
function closeFailed(socket: Duplex): void {
  if (!socket.destroyed && !socket.writableEnded) socket.end(closeFrame(1011));
  closeSoon(socket);
}
