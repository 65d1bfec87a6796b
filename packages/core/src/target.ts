import { decodeUnreserved, readings } from './readings.js';

/**
 * A request target that had to be worked out: absolute-form, percent-encoded, or unclean.
 *
 * A target that {@link isClean} proves clean needs none of this and stays the string it is.
 */
export interface Target {
  /** The target as it came on the wire. */
  readonly wire: string;
  /** Path with unreserved characters decoded (RFC 3986 §6.2.2.2), else byte for byte; without query and fragment. */
  readonly path: string;
  /** What follows the path, untouched: `''`, `?query`, `#fragment` or both. */
  readonly tail: string;
  /** Every path that a router could read in it; the first is `path` itself, in the spelling that mounts are matched by. */
  readonly readings: readonly string[];
  /** Whether the path is not the wire's: it had a scheme, or a proxy had taken off a prefix. */
  readonly isRewritten: boolean;
  /** Authority of an absolute-form target: it wins over the `Host` header (RFC 9112 §3.2.2). */
  readonly authority?: string;
}

/** A target as all of Viaduct reads it: the very string when it is clean, else worked out. */
export type ParsedTarget = string | Target;

/**
 * Reads a request target, once for everyone: match, guards, hosts, upgrades, logs and links.
 *
 * `'/shop/cart?id=1'` → the same string (clean)
 * `'/%73hop'` → path `/shop` (unreserved characters are equivalent when encoded)
 * `'/a/../b'` → path `/a/../b`, readings `/a/../b` and `/b`
 * `'http://example.org/x'` → authority `example.org`, path `/x`
 * `'*'`, `'ftp://h/'`, `'http://user@h/'`, `'a b'` → `undefined`
 *
 * @param wire Origin-form or absolute-form target, as on the request line.
 * @returns `undefined` when it is neither form, or has userinfo.
 * @see RFC 9112 §3.2; RFC 3986 §6.2.2.2
 */
export function parseTarget(wire: string): ParsedTarget | undefined {
  if (isClean(wire)) return wire;
  if (wire.startsWith('/')) return workOut(wire, wire);
  const absolute = ABSOLUTE_FORM.exec(wire);
  if (absolute === null) return undefined;
  const [, authority = '', rest = ''] = absolute;
  return workOut(wire, rest.startsWith('/') ? rest : `/${rest}`, authority);
}

/** `http://authority` and the rest. `@` is left out of the authority: userinfo is refused (RFC 9110 §4.2.4). */
const ABSOLUTE_FORM = /^https?:\/\/([^/?#@\\]+)((?:[/?#].*)?)$/i;

function workOut(wire: string, origin: string, authority?: string): Target {
  const end = origin.search(/[?#]/);
  const encoded = end === -1 ? origin : origin.slice(0, end);
  const decoded = decodeUnreserved(encoded);
  // `%%36%31` would become `%61`, which the next reader decodes once more: then it is not ours to decode.
  const path = decodeUnreserved(decoded) === decoded ? decoded : encoded;
  const tail = end === -1 ? '' : origin.slice(end);
  const isRewritten = authority !== undefined;
  const target = { wire, path, tail, readings: readings(path), isRewritten };
  return isRewritten ? { ...target, authority } : target;
}

/**
 * A target below a path that a proxy took off on the way.
 *
 * @param prefix `''` or a clean path without a slash at the end.
 */
export function underPrefix(target: ParsedTarget, prefix: string): ParsedTarget {
  if (prefix === '') return target;
  if (typeof target === 'string') return underPrefix(clean(target), prefix);
  const { wire, path, tail, readings: whole } = target;
  return {
    wire,
    path: prefix + path,
    tail,
    readings: whole.map((reading) => prefix + reading),
    isRewritten: true,
  };
}

function clean(target: string): Target {
  const path = pathBelow(target, '');
  return { wire: target, path, tail: tailOfClean(target), readings: [path], isRewritten: false };
}

/**
 * Whether every router reads this target the same way.
 *
 * Clean: begins with `/`, and up to the query has no empty, `.` or `..` segment and no character but
 * letters, digits and `-._~!$&'()*+,=:@`. One scan that allocates nothing, since it runs for every request.
 */
export function isClean(target: string): boolean {
  let previous = NO_CHARACTER;
  let beforePrevious = NO_CHARACTER;
  let beforeThat = NO_CHARACTER;
  if (target.charCodeAt(0) !== SLASH) return false;
  for (let index = 0; index < target.length; index += 1) {
    const character = target.charCodeAt(index);
    if (character === QUESTION_MARK) break;
    if (character > 127 || PLAIN[character] === 0) return false;
    if (character === SLASH && endsUnclean(previous, beforePrevious, beforeThat)) return false;
    beforeThat = beforePrevious;
    beforePrevious = previous;
    previous = character;
  }
  return previous !== DOT || !endsUnclean(previous, beforePrevious, beforeThat);
}

/** Whether the segment that ends here is empty, `.` or `..`, told by its last three characters. */
function endsUnclean(last: number, second: number, third: number): boolean {
  if (last === SLASH) return true;
  if (last !== DOT) return false;
  return second === SLASH || (second === DOT && third === SLASH);
}

const NO_CHARACTER = 0;
const DOT = 0x2e;
const SLASH = 0x2f;
const QUESTION_MARK = 0x3f;
const BACKSLASH = 0x5c;

/** 1 for the characters that stand for themselves in a path, in every router (RFC 3986 `pchar` less `%` and `;`). */
const PLAIN: Uint8Array = new Uint8Array(128);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,=:@/") {
  PLAIN[character.charCodeAt(0)] = 1;
}

/** The target as it came on the wire. */
export function wireOf(target: ParsedTarget): string {
  return typeof target === 'string' ? target : target.wire;
}

/** The target as Connect's users know it: as it came, but never with a scheme, since no application expects one. */
export function originalUrlOf(target: ParsedTarget): string {
  if (typeof target === 'string') return target;
  return target.isRewritten ? target.path + target.tail : target.wire;
}

/** The target's query with its `?`, or `''`; a fragment is not part of it. */
export function searchOf(target: ParsedTarget): string {
  const tail = typeof target === 'string' ? tailOfClean(target) : target.tail;
  const fragment = tail.indexOf('#');
  return fragment === -1 ? tail : tail.slice(0, fragment);
}

/**
 * What is left of the path below a base path.
 *
 * `('/foo', '/foo')` → `''`; `('/foo/', '/foo')` → `/`; `('/foo//x', '/foo')` → `/x`
 *
 * Slashes after the base path collapse to one, or a mounted app would take `/foo//evil.example` for
 * `//evil.example`, which is another host when it redirects there. Browsers take `/\` for `//`.
 */
export function pathBelow(target: ParsedTarget, basePath: string): string {
  if (typeof target === 'string') {
    const query = target.indexOf('?');
    return target.slice(basePath.length, query === -1 ? target.length : query);
  }
  return below(target.path, basePath);
}

/** The target that an application mounted at `basePath` sees: `/` and what follows, query and fragment untouched. */
export function targetBelow(target: ParsedTarget, basePath: string): string {
  if (typeof target === 'string') {
    if (basePath === '') return target;
    const rest = target.slice(basePath.length);
    return rest.charCodeAt(0) === SLASH ? rest : `/${rest}`;
  }
  const rest = pathBelow(target, basePath);
  return `${rest === '' ? '/' : rest}${target.tail}`;
}

/** The readings below a base path, to be matched by a dispatcher that is mounted there. */
export function readingsBelow(target: Target, basePath: string): readonly string[] {
  return target.readings.map((reading) => below(reading, basePath));
}

function below(path: string, basePath: string): string {
  return basePath === '' ? path : path.slice(endOfBase(path, basePath)).replace(/^\/[/\\]+/, '/');
}

/**
 * Where the base path ends in a path that lies below it: the two differ in the case of percent triplets,
 * and in slashes that collapsed where one mount ended and the next began.
 */
function endOfBase(path: string, basePath: string): number {
  if (path.startsWith(basePath)) return basePath.length;
  let index = 0;
  for (let at = 0; at < basePath.length; at += 1) {
    const isBehindSlash = at > 0 && basePath.charCodeAt(at - 1) === SLASH;
    while (isBehindSlash && (path.charCodeAt(index) === SLASH || path.charCodeAt(index) === BACKSLASH))
      index += 1;
    index += 1;
  }
  return index;
}

function tailOfClean(target: string): string {
  const query = target.indexOf('?');
  return query === -1 ? '' : target.slice(query);
}
