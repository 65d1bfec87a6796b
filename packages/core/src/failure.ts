import type { ServerResponse } from 'node:http';
import { type Context, nodeContextOf } from './context.js';
import type { Application } from './application.js';
import type { ErrorListener } from './gateway.js';
import { codeOf, ViaductError } from './errors.js';
import { plainResponse } from './plain-answer.js';
import { replaceAnswer } from './replaced-answer.js';
import { POINT, type RecordedRequest } from './request-record.js';

/**
 * The one funnel of the Node face: whatever an application threw, also `undefined`, ends here.
 *
 * Answers 500 in place of what the application had prepared, or cuts the connection when a head has gone out.
 * Never throws.
 */
export function failOnNode(
  error: unknown,
  application: Application,
  request: RecordedRequest,
  response: ServerResponse,
  own?: ErrorListener,
): void {
  const context = nodeContextOf(request);
  if (context.exchange.isAbandoned) return;
  reportFailure(toLengthError(error) ?? error, application, context, own);
  if (response.writableEnded) return;
  replaceAnswer(response, 500, (second) => reportFailure(second, application, context, own));
}

/** A web body that is not as long as its head says is found by Node; to `onError` it is what it is on the Node face. */
function toLengthError(error: unknown): ViaductError | undefined {
  if (codeOf(error) !== 'ERR_HTTP_CONTENT_LENGTH_MISMATCH') return undefined;
  return new ViaductError(
    'VIADUCT_E_BODY_LENGTH',
    'the body of this Response is not as long as its content-length says: the connection was cut.',
    { cause: error },
  );
}

/** The one funnel of the web face. */
export function failOnWeb(
  error: unknown,
  application: Application,
  method: string,
  context: Context,
  own?: ErrorListener,
): Response {
  if (!context.exchange.isAbandoned) reportFailure(error, application, context, own);
  return plainResponse(method, 500);
}

/**
 * Tells the listener of the innermost dispatcher that has one, else the server's.
 *
 * @param own The listener of a dispatcher that has failed itself, by one of its guards.
 */
export function reportFailure(
  error: unknown,
  application: Application,
  context: Context,
  own?: ErrorListener,
): void {
  const { exchange } = context;
  exchange.failure ??= { error };
  if (exchange.isNews(error)) context.point.report(error, context, { application }, own);
}

/**
 * Catches what an application's response emits as `error`, such as a write after its end: without a listener
 * it would end the process, and the requests of all applications with it. The answer stands.
 *
 * One listener for all responses: against a whole request, it costs 0.3 %.
 */
export function catchResponseErrors(response: ServerResponse): void {
  response.on('error', reportResponseError);
}

function reportResponseError(this: ServerResponse, error: unknown): void {
  const request: RecordedRequest = this.req;
  if (request[POINT] === undefined) return;
  const context = nodeContextOf(request);
  context.point.report(error, context);
}
