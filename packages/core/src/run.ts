import type { ServerResponse } from 'node:http';
import type { Application } from './application.js';
import { type Context, nodeContextOf } from './context.js';
import { discardBody } from './discarded-body.js';
import { ViaductError } from './errors.js';
import { failOnNode, failOnWeb } from './failure.js';
import { isLight } from './light-response.js';
import { bringsBody, toRequest } from './request-from-node.js';
import type { RecordedRequest } from './request-record.js';
import { sendResponse } from './response-to-node.js';
import { isThenable } from './thenable.js';

const READS_CONTEXT: unique symbol = Symbol.for('viaduct.1.reads-context');

/**
 * Marks an application whose web face reads path and base path from the context alone. It is spared a
 * `Request` with a stripped URL, which costs more than all else on the web face.
 *
 * Not enumerable: a wrapper written as `{ ...application, fetch }` must not inherit it.
 */
export function markReadsContext<Marked extends Application>(application: Marked): Marked {
  return Object.defineProperty(application, READS_CONTEXT, { value: true });
}

export function readsContext(application: Application): boolean {
  return (application as { [READS_CONTEXT]?: boolean })[READS_CONTEXT] === true;
}

/**
 * Runs an application on Node's own objects: its Node face, or its web face with conversion. Never throws.
 *
 * @returns A promise only where the application gives one, or its answer has to be waited for.
 */
export function runOnNode(
  application: Application,
  request: RecordedRequest,
  response: ServerResponse,
): void | Promise<void> {
  if (application.handle === undefined) return runConverted(application, request, response);
  try {
    const result: unknown = application.handle(request, response);
    if (isThenable(result)) {
      return result.then(ignore, (error: unknown) => failOnNode(error, application, request, response));
    }
  } catch (error) {
    failOnNode(error, application, request, response);
  }
  return undefined;
}

/** Runs an application's web face. Never throws, and gives nothing but a `Response`. */
export async function runOnWeb(
  application: Application,
  request: Request,
  context: Context,
): Promise<Response> {
  try {
    const seen =
      isWhole(context) || readsContext(application) ? request : new Request(context.mountedUrl, request);
    const response = checkResponse(await application.fetch(seen, context), application);
    context.exchange.answered(response);
    return response;
  } catch (error) {
    return failOnWeb(error, application, request.method, context);
  }
}

/** Whether the URL that came is the one to be seen: nothing was stripped, and nothing had to be decoded. */
function isWhole({ basePath, exchange }: Context): boolean {
  return basePath === '' && typeof exchange.target === 'string';
}

/**
 * Runs an application's web face on Node's own objects, with conversion. Never throws.
 *
 * @returns A promise only where the application gives one, or its answer has to be waited for.
 */
export function runConverted(
  application: Application,
  request: RecordedRequest,
  response: ServerResponse,
): void | Promise<void> {
  try {
    const context = nodeContextOf(request);
    const answer: unknown = application.fetch(toRequest(request, context), context);
    // The end of an answer in this very turn would drop an upload before whoever reads it has begun.
    if (!isResponse(answer) || bringsBody(request))
      return awaitAnswer(answer, context, application, request, response);
    const sending = sendAnswer(answer, context, request, response);
    return sending?.catch((error: unknown) => failOnNode(error, application, request, response));
  } catch (error) {
    return failOnNode(error, application, request, response);
  }
}

async function awaitAnswer(
  answer: unknown,
  context: Context,
  application: Application,
  request: RecordedRequest,
  response: ServerResponse,
): Promise<void> {
  try {
    const checked = checkResponse(await answer, application);
    await sendAnswer(checked, context, request, response);
  } catch (error) {
    failOnNode(error, application, request, response);
  }
}

function sendAnswer(
  answer: Response,
  { exchange }: Context,
  request: RecordedRequest,
  response: ServerResponse,
): void | Promise<void> {
  if (exchange.isAbandoned) return discardBody(answer);
  exchange.answered(answer);
  return sendResponse(answer, request, response);
}

/** @throws {ViaductError} `VIADUCT_E_NO_RESPONSE` for what is none. */
export function checkResponse(answer: unknown, application: Application): Response {
  if (isResponse(answer)) return answer;
  const name = application.name === undefined ? 'an application' : `application "${application.name}"`;
  throw new ViaductError(
    'VIADUCT_E_NO_RESPONSE',
    `${name} answered with ${describe(answer)} instead of a Response.`,
  );
}

/**
 * What a guard or a hook gave: an answer in place of the application's, or nothing to let the request go on.
 *
 * @throws {ViaductError} `VIADUCT_E_NO_RESPONSE` for anything else, since `false` may have been meant to refuse.
 */
export function checkEarlyAnswer(answer: unknown, who: 'a guard' | 'onRequest'): Response | undefined {
  if (answer === undefined || isResponse(answer)) return answer;
  throw new ViaductError(
    'VIADUCT_E_NO_RESPONSE',
    `${who} answered with ${describe(answer)} instead of a Response: the request was refused. ` +
      'Return a Response to answer in place of the application, or nothing to let the request go on.',
  );
}

/** By shape: a `Response` of another realm, or of a framework's own making, is one too. */
function isResponse(value: unknown): value is Response {
  if (isLight(value)) return true;
  const { status, headers } = (value ?? {}) as Partial<Response>;
  return typeof status === 'number' && typeof headers?.getSetCookie === 'function';
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `the string ${JSON.stringify(value.slice(0, 40))}`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `an object with the keys ${Object.keys(value).slice(0, 5).join(', ') || '(none)'}`;
}

function ignore(): void {}
