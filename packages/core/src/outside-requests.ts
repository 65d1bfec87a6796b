const asyncHooks = globalThis.process?.getBuiltinModule?.('node:async_hooks');

/** Made when this module is loaded: what runs in it is in the asynchronous context of then. */
const outside = asyncHooks && new asyncHooks.AsyncResource('Viaduct', { requireManualDestroy: true });

/**
 * Sets a timer that is no request's own: timers run in the asynchronous context that they were set in, where a log
 * or a trace would take them for part of that request, and keep what is stored there.
 *
 * On a runtime without Node's `AsyncResource`, where it is called.
 */
export function outsideRequests<Result>(run: () => Result): Result {
  return outside === undefined ? run() : outside.runInAsyncScope(run);
}
