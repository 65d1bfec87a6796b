import { isHeaderName, LOWER_CASE } from './header-name.js';

/** What the headers of a request tell at its entry. */
export interface HeadScan {
  /** How many `Host` lines there are, and where among the headers the value of the last one stands. */
  readonly hosts: number;
  readonly hostAt: number;
  /** Whether `Content-Type` or `Authorization` stands there twice. */
  readonly isAmbiguous: boolean;
  /** Whether there is a header by which proxies tell of a client. */
  readonly hasForwarded: boolean;
  /** Declared length of the body: 0 without one, `Infinity` for a length that nobody knows yet. */
  readonly bodyBytes: number;
}

/**
 * One for all: it is read before the next request comes in, and made for none of them. Numbers alone, since the
 * collector keeps account of each young string that an old object is given.
 */
const found = { hosts: 0, hostAt: 0, isAmbiguous: false, hasForwarded: false, bodyBytes: 0 };

/**
 * Walks through the headers of a request once. Most of their names are told apart by their first letter.
 *
 * @returns What holds until the next call.
 */
export function scanHead(raw: readonly string[]): HeadScan {
  let contentTypes = 0;
  let authorizations = 0;
  let length = -1;
  let isChunked = false;
  found.hosts = 0;
  found.hasForwarded = false;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    switch (name.charCodeAt(0) | LOWER_CASE) {
      case LETTER_A:
        if (isHeaderName(name, 'authorization')) authorizations += 1;
        break;
      case LETTER_C:
        if (isHeaderName(name, 'content-type')) contentTypes += 1;
        else if (isHeaderName(name, 'content-length')) length = Number(raw[index + 1]);
        break;
      case LETTER_F:
      case LETTER_X:
        found.hasForwarded ||= isForwardedName(name);
        break;
      case LETTER_H:
        if (!isHeaderName(name, 'host')) break;
        found.hosts += 1;
        found.hostAt = index + 1;
        break;
      case LETTER_T:
        isChunked ||= isHeaderName(name, 'transfer-encoding');
        break;
    }
  }
  found.isAmbiguous = contentTypes > 1 || authorizations > 1;
  found.bodyBytes = isChunked ? Infinity : Math.max(0, length);
  return found;
}

/** Whether a header is one by which proxies tell of the client: `X-Forwarded-…`, `Forwarded`, `X-Real-IP`. */
export function isForwardedName(name: string): boolean {
  return FORWARDED.test(name);
}

const FORWARDED = /^(?:x-forwarded-.+|forwarded|x-real-ip)$/i;

const LETTER_A = 0x61;
const LETTER_C = 0x63;
const LETTER_F = 0x66;
const LETTER_H = 0x68;
const LETTER_T = 0x74;
const LETTER_X = 0x78;
