import type { ServerResponse } from 'node:http';

/** The answers that are the last of their connection, with whether it would have been kept without that. */
const lasts = new WeakMap<ServerResponse, boolean>();

/** Lets an answer say that it is the last of its connection, unless its head has gone out. */
export function makeLast(response: ServerResponse): void {
  if (response.headersSent || lasts.has(response)) return;
  lasts.set(response, response.shouldKeepAlive);
  response.shouldKeepAlive = false;
}

/** Another follows after all. */
export function makeEarlier(response: ServerResponse): void {
  const keepsAlive = lasts.get(response);
  if (keepsAlive === undefined || response.headersSent) return;
  lasts.delete(response);
  response.shouldKeepAlive = keepsAlive;
}

/** Takes back that a connection is not kept, but for what has made an answer its last in the meantime. */
export function restoreKeepAlive(response: ServerResponse, keepsAlive: boolean): void {
  if (lasts.has(response)) lasts.set(response, keepsAlive);
  else response.shouldKeepAlive = keepsAlive;
}
