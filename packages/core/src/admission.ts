import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { believeAuthority, isPlausible, isPlausibleHead } from './head-check.js';
import { type HeadScan, scanHead } from './head-scan.js';
import type { MountPoint } from './mount-point.js';
import { sendPlain } from './plain-answer.js';
import { closeWithConnection } from './queued-response.js';
import { BODY_BYTES, FORWARDED, POINT, RESPONSE, type RecordedRequest, TARGET } from './request-record.js';
import { originalUrlOf, type ParsedTarget, parseTarget, targetBelow, underPrefix } from './target.js';
import { watchUpload } from './refused-upload.js';
import { refuseUpgrade } from './upgrade-answer.js';
import { type AnswerEnd, UpgradeEnd } from './upgrade-end.js';

/**
 * Lets a Node request in, or answers it: what holds before any application is asked.
 *
 * Refused with 400: a `Host` that is missing (HTTP/1.1), repeated, empty or malformed (RFC 9112 §3.2), a
 * repeated `Content-Type` or `Authorization` (Node keeps the first, the web types join them: two readings
 * of one request), a target of no known form. Refused with 405: TRACE; with 414: a target that is too long;
 * with 431: more headers than the server takes. They are all there to be counted, since it has Node cut none.
 * Answered: `OPTIONS *`.
 *
 * A request that was admitted before goes on as it is.
 *
 * @param root Where the request enters.
 * @returns Whether it may go on; if not, it has been answered.
 */
export function admit(request: RecordedRequest, response: ServerResponse, root: MountPoint): boolean {
  if (request[POINT] !== undefined) return true;
  const status = enter(request, response, root);
  if (response.socket === null) closeWithConnection(request, response);
  if (status === undefined) {
    watchUpload(request, response, request[BODY_BYTES] ?? 0);
    return true;
  }
  const head = scanHead(request.rawHeaders);
  watchUpload(request, response, head.bodyBytes);
  const isForServer = request.url === '*' && request.method === 'OPTIONS' && isPlausibleHead(request, head);
  return isForServer ? answerServerOptions(response) : refuse(response, status);
}

/** {@link admit} for a request that asks for another protocol: there is no response, only the socket. */
export function admitUpgrade(request: RecordedRequest, socket: Duplex, root: MountPoint): boolean {
  if (request[POINT] !== undefined) return true;
  const status = enter(request, request[RESPONSE] ?? new UpgradeEnd(socket), root);
  if (status !== undefined) refuseUpgrade(socket, status);
  return status === undefined;
}

/** The statuses that a request is refused with before any application is asked. */
export type Refusal = 400 | 405 | 414 | 431;

/** Reads and records a request. */
function enter(request: RecordedRequest, end: AnswerEnd, root: MountPoint): Refusal | undefined {
  const { url = '/' } = request;
  const { limits } = root.gateway;
  if (url.length > limits.maxTargetBytes) return 414;
  if (request.rawHeaders.length > limits.maxHeaders * 2) return 431;
  const head = scanHead(request.rawHeaders);
  const target = readTarget(request, url, head);
  if (typeof target === 'number') return target;
  request[BODY_BYTES] = head.bodyBytes;
  const forwarded = head.hasForwarded ? root.gateway.forwarding?.read(request) : undefined;
  if (forwarded === undefined) return record(request, end, root, target);
  if (!isPlausible(forwarded)) return 400;
  request[FORWARDED] = forwarded;
  const { prefix = '' } = forwarded;
  return record(request, end, root.withBasePath(prefix), underPrefix(target, prefix));
}

/**
 * {@link admit} for a request that a framework, the application's host, has in its hands already: nothing is
 * answered, and the URL that the host reads stays as it is.
 *
 * @param wire The target as the host's server got it.
 * @returns The status to refuse the request with; `undefined` when it was let in.
 */
export function admitHosted(
  request: RecordedRequest,
  response: ServerResponse,
  root: MountPoint,
  wire: string,
): Refusal | undefined {
  const head = scanHead(request.rawHeaders);
  const target = readTarget(request, wire, head);
  if (typeof target === 'number') return target;
  request[BODY_BYTES] = head.bodyBytes;
  const { url } = request;
  if (response.socket === null) closeWithConnection(request, response);
  record(request, response, root, target);
  request.url = url;
  return undefined;
}

/** The target of a request that is what it seems, else the status to refuse it with. */
function readTarget(request: RecordedRequest, wire: string, head: HeadScan): ParsedTarget | Refusal {
  if (request.method === 'TRACE') return 405;
  if (!isPlausibleHead(request, head)) return 400;
  const target = parseTarget(wire);
  return target !== undefined && believeAuthority(request, target) ? target : 400;
}

/** The hot path's record: ready-made values and a string that is there already. */
function record(
  request: RecordedRequest,
  end: AnswerEnd,
  point: MountPoint,
  target: ParsedTarget,
): undefined {
  request[TARGET] = target;
  request[RESPONSE] = end;
  request[POINT] = point;
  request.originalUrl ??= originalUrlOf(target);
  if (typeof target !== 'string') request.url = targetBelow(target, point.basePath);
  return undefined;
}

/** A request that is refused may be an attempt to confuse: its connection is not used again. */
function refuse(response: ServerResponse, status: Refusal): false {
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
