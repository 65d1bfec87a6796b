import type { ServerResponse } from 'node:http';

type WriteEarlyHints = ServerResponse['writeEarlyHints'];

/**
 * Holds early hints (103) to where they may stand: before the head of the answer, and not to a client of
 * HTTP/1.0, which takes them for the answer (RFC 9110 §15.2). Elsewhere they are dropped.
 *
 * Node writes them in any case: behind a head they are read as bytes of the body, and what they push out of it
 * as the beginning of the next answer.
 */
export function holdEarlyHints(response: ServerResponse): void {
  const { writeEarlyHints: inherited } = Object.getPrototypeOf(response) as ServerResponse;
  if (response.writeEarlyHints === inherited) response.writeEarlyHints = writeEarlyHints;
  else holdOwn(response, response.writeEarlyHints);
}

/** One function for all responses, set on the object since Express exchanges its prototype. */
const writeEarlyHints: WriteEarlyHints = function writeEarlyHints(this: ServerResponse, hints, callback) {
  if (!mayHint(this)) return drop(callback);
  const { writeEarlyHints: send } = Object.getPrototypeOf(this) as ServerResponse;
  return send.call(this, hints, callback);
};

/** Somebody has put a method on the response before. */
function holdOwn(response: ServerResponse, own: WriteEarlyHints): void {
  response.writeEarlyHints = (hints, callback) => {
    if (mayHint(response)) own.call(response, hints, callback);
    else drop(callback);
  };
}

function mayHint({ req, headersSent }: ServerResponse): boolean {
  const isOld = req.httpVersionMajor < 1 || (req.httpVersionMajor === 1 && req.httpVersionMinor === 0);
  return !isOld && !headersSent;
}

function drop(callback: (() => void) | undefined): void {
  if (typeof callback === 'function') queueMicrotask(callback);
}
