/** Whether the native class would take them as they are. */
export function isPlainStatus(
  status: unknown,
  statusText: unknown,
  body: string | Uint8Array | null,
): boolean {
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) return false;
  if (body !== null && (status === 204 || status === 205 || status === 304)) return false;
  return statusText === '' || (typeof statusText === 'string' && REASON_PHRASE.test(statusText));
}

/** RFC 9112 §4. */
const REASON_PHRASE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** RFC 9110 §5.6.2. */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** RFC 9110 §5.5, without the white space at either end that the native class takes off. */
const VALUE = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/;

/**
 * The headers of a response, with the type that its body implies: names and values in turn.
 *
 * @returns `undefined` where the native class has something to correct, to join or to refuse.
 */
export function headerPairsOf(
  headers: ResponseInit['headers'],
  body: string | Uint8Array | null,
): string[] | undefined {
  const pairs = headers === undefined ? [] : flatten(headers);
  if (pairs === undefined) return undefined;
  if (typeof body === 'string' && !hasName(pairs, 'content-type'))
    pairs.push('content-type', 'text/plain;charset=UTF-8');
  return pairs;
}

function flatten(headers: object): string[] | undefined {
  if (isHeaders(headers)) return flat(headers);
  const prototype: unknown = Object.getPrototypeOf(headers);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const pairs: string[] = [];
  for (const [written, value] of Object.entries(headers) as [string, unknown][]) {
    const name = written.toLowerCase();
    // The native class of Node 20 drops a name that means the prototype.
    if (
      name === '__proto__' ||
      typeof value !== 'string' ||
      !VALUE.test(value) ||
      !NAME.test(name) ||
      hasName(pairs, name)
    )
      return undefined;
    pairs.push(name, value);
  }
  return pairs;
}

/** Names and values in turn. */
export function flat(headers: Headers): string[] {
  const pairs: string[] = [];
  for (const [name, value] of headers) pairs.push(name, value);
  return pairs;
}

function isHeaders(value: object): value is Headers {
  return 'getSetCookie' in value && typeof value.getSetCookie === 'function';
}

/** @param pairs Names in lower case and values in turn. */
export function hasName(pairs: readonly string[], name: string): boolean {
  for (let index = 0; index < pairs.length; index += 2) if (pairs[index] === name) return true;
  return false;
}
