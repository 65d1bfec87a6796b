import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApplicationLike, type ErrorListener, toApplication } from '@viaduct/core';
import { admit, Gateway, MountPoint, runOnNode } from '@viaduct/core/internal';

/** What `http.createServer` takes. */
export type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

export interface ToNodeOptions {
  /** Told of every failure that no dispatcher inside listens to. Default: `console.error`. */
  readonly onError?: ErrorListener;
}

/**
 * Makes a request listener of an application, for a server of one's own.
 *
 * An application with a Node face gets the very `req` and `res`; one with a web face alone is converted.
 * The application's `start` and `stop` are the caller's to call: `serve` does.
 */
export function toNode(application: ApplicationLike, options: ToNodeOptions = {}): RequestListener {
  return createListener(application, new Gateway(options.onError));
}

/** {@link toNode}, for a server that keeps the gateway to wait for the work it holds. */
export function createListener(application: ApplicationLike, gateway: Gateway): RequestListener {
  const runnable = toApplication(application, 'toNode');
  const root = new MountPoint(gateway);
  return function listener(request, response) {
    if (admit(request, response, root)) void runOnNode(runnable, request, response);
  };
}
