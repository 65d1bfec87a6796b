import type { ServerResponse } from 'node:http';
import { nodeContextOf } from './context.js';
import { type PlainStatus, sendPlain } from './plain-answer.js';
import type { RecordedRequest } from './request-record.js';

/**
 * Gives up waiting for an application's answer: answers in its place and closes the connection, or cuts it
 * where a head has gone out.
 *
 * The application is told by the context's signal. What it does with the response afterwards does nothing
 * and raises nothing, and what it throws is not reported: that follows from having been given up.
 */
export function abandon(
  request: RecordedRequest,
  response: ServerResponse,
  status: PlainStatus,
  error: Error,
): void {
  if (response.headersSent) {
    response.destroy();
  } else {
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    sendPlain(response, status, { connection: 'close' });
  }
  Object.assign(response, DEAF);
  nodeContextOf(request).exchange.abandon(error);
}

/** A response that takes everything and does nothing. Set on the object: Express exchanges its prototype. */
const DEAF: Readonly<Record<string, (this: ServerResponse, ...args: unknown[]) => unknown>> = {
  writeHead: ignoreAndReturnThis,
  setHeader: ignoreAndReturnThis,
  setHeaders: ignoreAndReturnThis,
  appendHeader: ignoreAndReturnThis,
  removeHeader: ignore,
  addTrailers: ignore,
  flushHeaders: ignore,
  writeContinue: ignore,
  writeProcessing: ignore,
  writeEarlyHints: ignore,
  write(...args) {
    callBack(args);
    return true;
  },
  end(...args) {
    callBack(args);
    return this;
  },
};

function ignore(): void {}

function ignoreAndReturnThis(this: ServerResponse): ServerResponse {
  return this;
}

function callBack(args: readonly unknown[]): void {
  const callback = args.findLast((argument) => typeof argument === 'function');
  if (callback !== undefined) queueMicrotask(() => (callback as () => void)());
}
