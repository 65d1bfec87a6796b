import type { ServerResponse } from 'node:http';
import { type Context, nodeContextOf } from './context.js';
import type { Application } from './application.js';
import { plainResponse, sendPlain } from './plain-answer.js';
import type { RecordedRequest } from './request-record.js';

/**
 * The one funnel of the Node face: whatever an application threw, also `undefined`, ends here.
 *
 * Answers 500 in place of what the application had prepared, or cuts the connection when a head has gone
 * out, so that the client cannot take half an answer for a whole one.
 */
export function failOnNode(
  error: unknown,
  application: Application,
  request: RecordedRequest,
  response: ServerResponse,
): void {
  const context = nodeContextOf(request);
  reportFailure(error, application, context);
  if (response.writableEnded) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  sendPlain(response, 500);
}

/** The one funnel of the web face. */
export function failOnWeb(
  error: unknown,
  application: Application,
  method: string,
  context: Context,
): Response {
  reportFailure(error, application, context);
  return plainResponse(method, 500);
}

/** Tells the listener of the innermost dispatcher that has one, else the server's. */
export function reportFailure(error: unknown, application: Application, context: Context): void {
  const { exchange } = context;
  exchange.failure ??= { error };
  if (exchange.isNews(error)) context.point.report(error, context, application);
}
