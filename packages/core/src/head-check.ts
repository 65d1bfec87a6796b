import type { IncomingMessage } from 'node:http';
import type { ForwardedFacts } from './forwarding.js';
import type { HeadScan } from './head-scan.js';
import { parseHost } from './host.js';
import { unifyAuthority } from './authority.js';
import { isHeaderName } from './header-name.js';
import { isClean, type ParsedTarget } from './target.js';

/** Whether the headers that say whom a request is for, and who sent it, can be read in one way only. */
export function isPlausibleHead(request: IncomingMessage, head: HeadScan): boolean {
  const { hosts } = head;
  // Not from `request.headers`: Node builds that object on the first read, and an application may never read it.
  const host = hosts === 1 ? request.rawHeaders[head.hostAt] : undefined;
  if (head.isAmbiguous || hosts > 1) return false;
  if (request.httpVersionMajor >= 2) return unifyAuthority(request, host);
  if (host !== undefined) return isValidHost(host);
  return request.httpVersionMajor !== 1 || request.httpVersionMinor === 0;
}

let latestValidHost = '';

function isValidHost(host: string): boolean {
  if (host === latestValidHost && host !== '') return true;
  if (parseHost(host) === undefined) return false;
  latestValidHost = host;
  return true;
}

/**
 * Puts the authority of an absolute-form target in the place of `Host` (RFC 9112 §3.2.2), so that all readers see one.
 *
 * @returns Whether it is a valid one.
 */
export function believeAuthority(request: IncomingMessage, target: ParsedTarget): boolean {
  if (typeof target === 'string' || target.authority === undefined) return true;
  const { authority } = target;
  if (parseHost(authority) === undefined) return false;
  request.headers.host = authority;
  const index = request.rawHeaders.findIndex((name, at) => at % 2 === 0 && isHeaderName(name, 'host'));
  if (index === -1) request.rawHeaders.push('Host', authority);
  else request.rawHeaders[index + 1] = authority;
  return true;
}

/** Whether what trusted proxies said of host and prefix can be used: they too may pass on what a client wrote. */
export function isPlausible({ host, prefix }: ForwardedFacts): boolean {
  if (host !== undefined && !isValidHost(host)) return false;
  return prefix === undefined || prefix === '' || (isClean(prefix) && !/[?]|\/$/.test(prefix));
}
