import type { ServerResponse } from 'node:http';
import type { Mount } from '@viaduct/core';
import {
  admitHosted,
  catchResponseErrors,
  type Context,
  isBoundary,
  MountPoint,
  nodeContextOf,
  parseTarget,
  type ParsedTarget,
  pathBelow,
  POINT,
  readingsBelow,
  type RecordedRequest,
  TARGET,
} from '@viaduct/core/internal';
import { refusal } from './refusal.js';

/** A request that has come to an application inside a host. */
export class Arrival {
  readonly request: RecordedRequest;
  readonly response: ServerResponse;
  /** Where the application is mounted. */
  readonly point: MountPoint;
  #context: Context | undefined;

  constructor(request: RecordedRequest, response: ServerResponse, point: MountPoint) {
    this.request = request;
    this.response = response;
    this.point = point;
  }

  /** What the application knows of it; made when asked for. */
  get context(): Context {
    return (this.#context ??= nodeContextOf(this.request).at(this.point));
  }
}

/** What all requests to one hosted application have in common. */
export interface Mounting {
  /** Where requests enter Viaduct when the host is not inside it itself. */
  readonly root: MountPoint;
  readonly mount: Mount;
  /** The place that a request arrived at last: mostly the next one arrives there too. */
  latest?: { readonly parent: MountPoint; readonly point: MountPoint };
}

/**
 * Works out where in its host a request has arrived.
 *
 * Whole target `/v1/shop/cart`, `request.url` `/shop/cart`, depth 1 → base path `/v1/shop`, path `/cart`
 *
 * What stands before `request.url` was stripped by the host, as koa-mount does; `depth` more segments
 * were matched by its router. Both are found in the target that was parsed at the entry, and never cut from
 * text that the host has decoded.
 *
 * @throws {ViaductError} `VIADUCT_E_REFUSED` with 400 when routers could read another base path in the target.
 */
export function arrive(
  mounting: Mounting,
  request: RecordedRequest,
  response: ServerResponse,
  wire: string,
  depth: number,
): Arrival {
  const parent = admitted(mounting, request, response, wire);
  const known = knownPoint(mounting, request, parent, depth);
  if (known !== undefined) return new Arrival(request, response, known);
  const { target, rest } = locate(request, parent);
  const prefix = prefixAbove(afterSegments(rest, depth), pathBelow(target, parent.basePath));
  if (prefix === undefined || !isUnanimous(target, parent.basePath, prefix)) throw refusal(400);
  const point = pointAt(mounting, parent, mounting.mount.strip ? parent.basePath + prefix : parent.basePath);
  return new Arrival(request, response, point);
}

function admitted(
  { root }: Mounting,
  request: RecordedRequest,
  response: ServerResponse,
  wire: string,
): MountPoint {
  const known = request[POINT];
  if (known !== undefined) return known;
  // A framework around the host may have stripped the target before the host saw it.
  const refused = admitHosted(request, response, root, request.originalUrl ?? wire);
  // A request that is refused may be an attempt to confuse: its connection is not used again.
  if (refused !== undefined) {
    response.shouldKeepAlive = false;
    throw refusal(refused);
  }
  // A server of ours has done so already.
  catchResponseErrors(response);
  return root;
}

/**
 * The place that the last request arrived at, when this one arrives there too and its target is a clean one:
 * found without making one string.
 */
function knownPoint(
  { latest, mount }: Mounting,
  request: RecordedRequest,
  parent: MountPoint,
  depth: number,
): MountPoint | undefined {
  const { url, [TARGET]: target } = request;
  if (latest?.parent !== parent || !mount.strip || typeof target !== 'string' || url === undefined)
    return undefined;
  const { basePath } = latest.point;
  const isWhole = url === target;
  if (!isWhole && (!url.startsWith('/') || !target.endsWith(url))) return undefined;
  if (!target.startsWith(basePath)) return undefined;
  const begin = target.length - url.length;
  const isWithin = begin >= parent.basePath.length && isBoundary(target, basePath.length);
  return isWithin && segmentsBetween(target, begin, basePath.length) === depth ? latest.point : undefined;
}

/** `('/v1/shop/cart', 3, 8)` → 1; -1 where the end comes first. */
function segmentsBetween(target: string, begin: number, end: number): number {
  if (begin > end) return -1;
  let count = 0;
  for (let index = begin; index < end; index += 1) if (target.charCodeAt(index) === SLASH) count += 1;
  return count;
}

const SLASH = 0x2f;

/**
 * The whole target, and the path that the host has left of it in `request.url`. Where the host has rewritten
 * more than stripped, what it has made is the target from here on.
 */
function locate(request: RecordedRequest, parent: MountPoint): { target: ParsedTarget; rest: string } {
  const { url = '/' } = request;
  const target = request[TARGET] ?? '/';
  // Mostly nothing was stripped, and what is there is the very string.
  if (target === url) return { target, rest: pathBelow(target, '') };
  const rest = pathBelow(parsed(url), '');
  const whole = pathBelow(target, parent.basePath);
  if (whole.endsWith(rest) || rest === '/') return { target, rest };
  const rewritten = parsed(parent.basePath + url);
  request[TARGET] = rewritten;
  return { target: rewritten, rest };
}

/** koa-mount leaves no slash at the beginning when its own path ends with one. */
function parsed(url: string): ParsedTarget {
  const target = parseTarget(url) ?? parseTarget(`/${url}`);
  if (target === undefined) throw refusal(400);
  return target;
}

/** `('/a/b/c', 2)` → `/c`; `('/a', 1)` → `''` */
function afterSegments(path: string, depth: number): string {
  let index = 0;
  for (let segment = 0; segment < depth && index !== -1; segment += 1) index = path.indexOf('/', index + 1);
  return index === -1 ? '' : path.slice(index);
}

/** What of a path stands before `rest`, which the host has left; `undefined` when it does not end the path. */
function prefixAbove(rest: string, path: string): string | undefined {
  if (path.endsWith(rest)) return path.slice(0, path.length - rest.length);
  // A host that strips everything leaves the slash that every URL has.
  return rest === '/' ? path : undefined;
}

/** Whether every reading of the target lies below the prefix, so that all routers agree on who owns it. */
function isUnanimous(target: ParsedTarget, basePath: string, prefix: string): boolean {
  if (typeof target === 'string' || (prefix === '' && target.readings.length > 0)) return true;
  const spelt = prefix.replaceAll(/%[0-9a-f]{2}/gi, (triplet) => triplet.toUpperCase());
  const readings = readingsBelow(target, basePath);
  // None at all are too many to tell.
  return readings.length > 0 && readings.every((reading) => `${reading}/`.startsWith(`${spelt}/`));
}

function pointAt(mounting: Mounting, parent: MountPoint, basePath: string): MountPoint {
  const { latest } = mounting;
  if (latest?.parent === parent && latest.point.basePath === basePath) return latest.point;
  const point = new MountPoint(parent.gateway, basePath, [...parent.mounts, mounting.mount]);
  mounting.latest = { parent, point };
  return point;
}
