import type { ServerResponse } from 'node:http';
import { believeAuthority, hasPlausibleHead, isPlausible } from './head-check.js';
import type { MountPoint } from './mount-point.js';
import { sendPlain } from './plain-answer.js';
import { FORWARDED, POINT, RESPONSE, type RecordedRequest, TARGET } from './request-record.js';
import { type ParsedTarget, parseTarget, targetBelow, underPrefix } from './target.js';

/**
 * Lets a Node request in, or answers it: what holds before any application is asked.
 *
 * Refused with 400: a `Host` that is missing (HTTP/1.1), repeated, empty or malformed (RFC 9112 §3.2), a
 * repeated `Content-Type` or `Authorization` (Node keeps the first, the web types join them: two readings
 * of one request), a target of no known form. Refused with 405: TRACE. Answered: `OPTIONS *`.
 *
 * A request that was admitted before goes on as it is.
 *
 * @param root Where the request enters.
 * @returns Whether it may go on; if not, it has been answered.
 */
export function admit(request: RecordedRequest, response: ServerResponse, root: MountPoint): boolean {
  if (request[POINT] !== undefined) return true;
  const { method, url = '/' } = request;
  if (method === 'TRACE') return refuse(response, 405);
  if (!hasPlausibleHead(request)) return refuse(response, 400);
  if (url === '*') return method === 'OPTIONS' ? answerServerOptions(response) : refuse(response, 400);
  const target = parseTarget(url);
  if (target === undefined || !believeAuthority(request, target)) return refuse(response, 400);
  const forwarded = root.gateway.forwarding?.read(request);
  if (forwarded === undefined) return record(request, response, root, target);
  if (!isPlausible(forwarded)) return refuse(response, 400);
  request[FORWARDED] = forwarded;
  const { prefix = '' } = forwarded;
  return record(request, response, root.withBasePath(prefix), underPrefix(target, prefix));
}

/** The hot path's whole record: three ready-made values and a string that is there already. */
function record(
  request: RecordedRequest,
  response: ServerResponse,
  point: MountPoint,
  target: ParsedTarget,
): true {
  request[TARGET] = target;
  request[RESPONSE] = response;
  request[POINT] = point;
  request.originalUrl ??= originalUrlOf(target);
  if (typeof target !== 'string') request.url = targetBelow(target, point.basePath);
  return true;
}

/** As Connect's users know it: the target as it came, but never with a scheme, since no application expects one. */
function originalUrlOf(target: ParsedTarget): string {
  if (typeof target === 'string') return target;
  return target.isRewritten ? target.path + target.tail : target.wire;
}

/** A request that is refused may be an attempt to confuse: its connection is not used again. */
function refuse(response: ServerResponse, status: 400 | 405): false {
  const allow = status === 405 ? { allow: METHODS } : undefined;
  sendPlain(response, status, { connection: 'close', ...allow });
  return false;
}

function answerServerOptions(response: ServerResponse): false {
  response.writeHead(204, { allow: METHODS });
  response.end();
  return false;
}

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
