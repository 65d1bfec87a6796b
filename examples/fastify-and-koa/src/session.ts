import { randomBytes } from 'node:crypto';
import Keygrip from 'keygrip';

/** What the shop remembers of a visitor, in a cookie that it signs. */
export interface Session {
  user?: string;
  /** How many of each product, by slug. */
  cart?: Record<string, number>;
}

export const SESSION_COOKIE = 'arches';

/** Koa signs with these. Without SESSION_KEY they are new at every start, and everyone is signed out. */
export const sessionKeys: Keygrip = new Keygrip([
  process.env['SESSION_KEY'] ?? randomBytes(32).toString('base64'),
]);

/**
 * Reads the session that the Koa shop wrote, without Koa: from the request's head alone.
 *
 * `'arches=eyJ1…; arches.sig=k3…'` → `{ user: 'ada', cart: { 'moss-mug': 2 } }`
 * No cookie, a wrong signature, or an expired session → `{}`
 */
export function readSession(cookies: string | null | undefined): Session {
  const value = readCookie(cookies, SESSION_COOKIE);
  const signature = readCookie(cookies, `${SESSION_COOKIE}.sig`);
  // After signing out the value is empty, and even that is signed.
  if (!value || !signature) return {};
  if (!sessionKeys.verify(`${SESSION_COOKIE}=${value}`, signature)) return {};
  const session = JSON.parse(Buffer.from(value, 'base64').toString()) as Session & { _expire: number };
  return session._expire > Date.now() ? session : {};
}

function readCookie(cookies: string | null | undefined, name: string): string | undefined {
  const pair = cookies?.split(/; */).find((candidate) => candidate.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}
