import type { IncomingMessage } from 'node:http';
import { contextOf } from '@viaduct/core';

/**
 * Which pages may open a WebSocket:
 * a list of origins (`['https://app.example']`), or `'any'`.
 */
export type AllowedOrigins = 'any' | readonly string[];

/**
 * Whether a browser's WebSocket handshake comes from a page that may make it.
 *
 * Browsers send cookies along from any page, and no CORS protects a WebSocket: by default a handshake with
 * cookies must come from the same host. Programs that are no browsers send no `Origin`.
 *
 * @see RFC 6455 §10.2
 */
export function isAllowedOrigin(request: IncomingMessage, allowed: AllowedOrigins | undefined): boolean {
  const { origin, cookie } = request.headers;
  if (origin === undefined || allowed === 'any') return true;
  if (allowed !== undefined) return allowed.includes(origin);
  if (cookie === undefined) return true;
  const { protocol, host } = contextOf(request);
  // The default port is written in neither or in one of them.
  return URL.canParse(origin) && new URL(origin).host === new URL(`${protocol}://${host}`).host;
}
