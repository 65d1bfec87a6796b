import type { Duplex } from 'node:stream';
import type { Application } from './application.js';
import { nodeContextOf } from './context.js';
import { reportFailure } from './failure.js';
import { RESPONSE, type RecordedRequest } from './request-record.js';
import { refuseUpgrade } from './upgrade-answer.js';

/**
 * Hands an upgrade to an application. Never throws: an application without an `upgrade` answers 404, one
 * that fails answers 500 while nothing was written, and else loses the connection.
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
): void {
  reportFailure(error, application, nodeContextOf(request));
  if (request[RESPONSE]?.headersSent === true) socket.destroy();
  else refuseUpgrade(socket, 500);
}
