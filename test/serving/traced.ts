import { AsyncLocalStorage } from 'node:async_hooks';
import type { Server } from 'viaduct';

/** Runs each request of a server in an asynchronous context of its own, as tracing does. */
export function traceRequests({ httpServer }: Server): AsyncLocalStorage<string> {
  const requests = new AsyncLocalStorage<string>();
  const emit = httpServer.emit.bind(httpServer) as (...event: unknown[]) => boolean;
  let count = 0;
  httpServer.emit = (...event: unknown[]) =>
    event[0] === 'request' ? requests.run(`request ${(count += 1)}`, () => emit(...event)) : emit(...event);
  return requests;
}
