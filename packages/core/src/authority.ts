import type { IncomingMessage } from 'node:http';
import { parseHost } from './host.js';

/**
 * Reads whom a request over HTTP/2 is for, and writes it where all readers look, which is `Host`.
 *
 * `:authority` `example.org` → `Host: example.org`; the same in both, or in `Host` alone → as it is
 * two that differ, or none: nobody could tell which one an application believes (RFC 9113 §8.3.1)
 *
 * @param host Value of the `Host` header, where there is one.
 * @returns Whether there is one valid authority, and a scheme that is HTTP's.
 */
export function unifyAuthority(request: IncomingMessage, host: string | undefined): boolean {
  const { ':authority': authority, ':scheme': scheme } = request.headers;
  if (scheme !== 'https' && scheme !== 'http') return false;
  if (typeof authority !== 'string' || authority === '') return host !== undefined && isValid(host);
  if (!isValid(authority)) return false;
  if (host !== undefined) return host.toLowerCase() === authority.toLowerCase();
  request.headers.host = authority;
  request.rawHeaders.push('host', authority);
  return true;
}

function isValid(host: string): boolean {
  return parseHost(host) !== undefined;
}
