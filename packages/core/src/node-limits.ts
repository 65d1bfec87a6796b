import type { ServerResponse } from 'node:http';
import type { Application } from './application.js';
import { limitBody } from './body-limit.js';
import { holdEarlyHints } from './early-hints.js';
import { watchHandler } from './handler-timeout.js';
import { POINT, type RecordedRequest } from './request-record.js';
import { runOnNode } from './run.js';
import { checkLength } from './strict-length.js';
import { decidesLimits } from './web-limits.js';

/**
 * Runs an application's Node face within the limits of the place where its request has arrived.
 *
 * A dispatcher is left to apply those of its mounts; but time runs for its guards too.
 */
export function runOnNodeWithinLimits(
  application: Application,
  request: RecordedRequest,
  response: ServerResponse,
): void | Promise<void> {
  const point = request[POINT];
  if (point === undefined) return runOnNode(application, request, response);
  watchHandler(request, response, point.handlerTimeoutMs);
  if (!decidesLimits(application)) {
    if (!limitBody(request, response, point.maxBodyBytes)) return undefined;
    if (checkLength(response)) holdEarlyHints(response);
  }
  return runOnNode(application, request, response);
}
