import type { ServerResponse } from 'node:http';
import { parseHost } from './host.js';
import type { MountPoint } from './mount-point.js';
import { sendPlain } from './plain-answer.js';
import { POINT, RESPONSE, type RecordedRequest, TARGET } from './request-record.js';
import { type ParsedTarget, parseTarget, targetBelow } from './target.js';

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
  if (target === undefined) return refuse(response, 400);
  if (typeof target !== 'string' && !believeAuthority(request, target.authority))
    return refuse(response, 400);
  request[TARGET] = target;
  request.originalUrl ??= originalUrlOf(target);
  if (typeof target !== 'string') request.url = targetBelow(target, root.basePath);
  request[RESPONSE] = response;
  request[POINT] = root;
  return true;
}

/** As Connect's users know it: the target as it came, but never with a scheme, since no application expects one. */
function originalUrlOf(target: ParsedTarget): string {
  if (typeof target === 'string') return target;
  return target.authority === undefined ? target.wire : target.path + target.tail;
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

function hasPlausibleHead(request: RecordedRequest): boolean {
  const raw = request.rawHeaders;
  let hosts = 0;
  let host = '';
  let contentTypes = 0;
  let authorizations = 0;
  // Lengths tell most names apart, so that this costs some 30 ns for a dozen headers.
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (name.length === 4 && isName(name, 'host')) {
      hosts += 1;
      host = raw[index + 1] ?? '';
    } else if (name.length === 12 && isName(name, 'content-type')) contentTypes += 1;
    else if (name.length === 13 && isName(name, 'authorization')) authorizations += 1;
  }
  if (contentTypes > 1 || authorizations > 1 || hosts > 1) return false;
  // Not from `request.headers`: Node builds that object on the first read, and an application may never read it.
  if (hosts === 1) return isValidHost(host);
  return request.httpVersionMajor !== 1 || request.httpVersionMinor === 0;
}

function isName(name: string, expected: string): boolean {
  return name === expected || name.toLowerCase() === expected;
}

let latestValidHost = '';

function isValidHost(host: string): boolean {
  if (host === latestValidHost && host !== '') return true;
  if (parseHost(host) === undefined) return false;
  latestValidHost = host;
  return true;
}

/** The authority of an absolute-form target replaces `Host` (RFC 9112 §3.2.2), so that all readers see one. */
function believeAuthority(request: RecordedRequest, authority: string | undefined): boolean {
  if (authority === undefined) return true;
  if (parseHost(authority) === undefined) return false;
  request.headers.host = authority;
  const index = request.rawHeaders.findIndex((name, at) => at % 2 === 0 && isName(name, 'host'));
  if (index === -1) request.rawHeaders.push('Host', authority);
  else request.rawHeaders[index + 1] = authority;
  return true;
}
