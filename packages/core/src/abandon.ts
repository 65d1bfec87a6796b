import type { ServerResponse } from 'node:http';
import { nodeContextOf } from './context.js';
import type { PlainStatus } from './plain-answer.js';
import { replaceAnswer } from './replaced-answer.js';
import type { RecordedRequest } from './request-record.js';

/**
 * Gives up waiting for an application's answer: answers in its place and closes the connection, or cuts it
 * where a head has gone out.
 *
 * The application is told by the context's signal. What it does with the response afterwards does nothing
 * and raises nothing, and what it throws is not reported: that follows from having been given up. Never throws.
 */
export function abandon(
  request: RecordedRequest,
  response: ServerResponse,
  status: PlainStatus,
  error: Error,
): void {
  const context = nodeContextOf(request);
  const report = (thrown: unknown): void => context.point.report(thrown, context);
  replaceAnswer(response, status, report, { connection: 'close' });
  try {
    Object.assign(response, DEAF);
  } catch (thrown) {
    // It is frozen, or one of its methods is: what is written late finds a response that has ended.
    report(thrown);
  }
  context.exchange.abandon(error);
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
