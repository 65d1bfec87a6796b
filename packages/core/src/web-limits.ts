import type { Application } from './application.js';
import { bodyTooLarge } from './body-limit.js';
import type { Context } from './context.js';
import { discardBody } from './discarded-body.js';
import type { ViaductError } from './errors.js';
import { handlerTimeout } from './handler-timeout.js';
import { plainResponse } from './plain-answer.js';
import { runOnWeb } from './run.js';
import { setTimeLimit } from './time-limit.js';

/**
 * Runs an application's web face within the limits of its mount, where no server of Node has applied them:
 * on another runtime, or called by hand.
 */
export function runWithinLimits(
  application: Application,
  request: Request,
  context: Context,
): Promise<Response> {
  const { maxBodyBytes, handlerTimeoutMs } = context.point;
  const isUnlimited = maxBodyBytes === Infinity && handlerTimeoutMs === Infinity;
  if (isUnlimited || context.exchange.isOnNode || decidesLimits(application))
    return runOnWeb(application, request, context);
  if (Number(request.headers.get('content-length') ?? 0) > maxBodyBytes) {
    return Promise.resolve(plainResponse(request.method, 413));
  }
  return runLimited(application, request, context);
}

async function runLimited(application: Application, request: Request, context: Context): Promise<Response> {
  const { maxBodyBytes, handlerTimeoutMs } = context.point;
  const { exchange } = context;
  const signal = exchange.signalToAbandon();
  let overflow: ViaductError | undefined;
  const seen = limit(request, signal, maxBodyBytes, () => (overflow = bodyTooLarge(maxBodyBytes)));
  const answer = runOnWeb(application, seen, context);
  const response = await inTime(answer, handlerTimeoutMs);
  if (response === undefined) {
    void answer.then(discardBody);
    const error = handlerTimeout(handlerTimeoutMs);
    context.point.report(error, context, { application });
    exchange.abandon(error);
    return plainResponse(request.method, 504);
  }
  if (overflow === undefined) return response;
  discardBody(response);
  exchange.abandon(overflow);
  return plainResponse(request.method, 413);
}

/**
 * The same request, with a body that is counted as it is read, and a signal that also tells of being given up.
 *
 * One whose body a guard or middleware has taken is passed on as it is: there is nothing left to count.
 */
function limit(
  request: Request,
  signal: AbortSignal,
  maxBytes: number,
  overflow: () => ViaductError,
): Request {
  const { body, method, headers } = request;
  if (request.bodyUsed || body?.locked === true) return request;
  const counted = body === null || maxBytes === Infinity ? body : count(body, maxBytes, overflow);
  const init: RequestInit = counted === null ? { signal } : { signal, body: counted, duplex: 'half' };
  try {
    return new Request(request, init);
  } catch {
    // One of another realm or package: the constructor takes it for a URL.
    return new Request(request.url, { method, headers, ...init });
  }
}

/** @returns `undefined` when the time is over. */
async function inTime(answer: Promise<Response>, limitMs: number): Promise<Response | undefined> {
  let timer: ReturnType<typeof setTimeLimit>;
  const over = new Promise<undefined>((resolve) => {
    timer = setTimeLimit(limitMs, () => resolve(undefined));
  });
  const first = await Promise.race([answer, over]);
  clearTimeout(timer);
  return first;
}

function count(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
  overflow: () => ViaductError,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        bytes += value.byteLength;
        if (bytes <= maxBytes) return controller.enqueue(value);
        const error = overflow();
        controller.error(error);
        await reader.cancel(error);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

const DECIDES_LIMITS: unique symbol = Symbol.for('viaduct.1.decides-limits');

/** Marks an application whose mounts may have limits of their own: whoever calls it leaves them to it. */
export function markDecidesLimits<Marked extends Application>(
  application: Marked,
  inner?: Application,
): Marked {
  if (inner !== undefined && !decidesLimits(inner)) return application;
  return Object.defineProperty(application, DECIDES_LIMITS, { value: true });
}

export function decidesLimits(application: Application): boolean {
  return (application as { [DECIDES_LIMITS]?: boolean })[DECIDES_LIMITS] === true;
}
