import type { OutgoingHttpHeader, ServerResponse } from 'node:http';
import { pairsOf, type WriteHeadHeaders } from '@viaduct/core/internal';

/**
 * Lets cookies and `Vary` that the host has set go out beside those of an application that gets the host's
 * very response, where a later value takes the place of an earlier one.
 *
 * For responses that have neither, this is two look-ups.
 */
export function keepHostHeaders(response: ServerResponse): void {
  const cookies = response.getHeader('set-cookie');
  const vary = response.getHeader('vary');
  if (cookies === undefined && vary === undefined) return;
  const writeHead: (...head: never[]) => ServerResponse = response.writeHead;
  function writeHeadBesideHost(status: number, ...rest: unknown[]): ServerResponse {
    response.writeHead = writeHead as ServerResponse['writeHead'];
    // Node takes the last argument that is there.
    const at = typeof rest[0] === 'string' || (rest[1] ?? undefined) !== undefined ? 1 : 0;
    const given = takeKept((rest[at] ?? []) as WriteHeadHeaders, response);
    if (given !== undefined) rest[at] = given;
    add(response, 'set-cookie', toList(cookies));
    add(response, 'vary', toNames(vary));
    return Reflect.apply(writeHead, response, [status, ...rest]);
  }
  response.writeHead = writeHeadBesideHost as ServerResponse['writeHead'];
}

/**
 * Sets those headers that are given to `writeHead` itself on the response, in the place of earlier ones.
 *
 * @returns What is given besides; `undefined` where that is all.
 */
function takeKept(given: WriteHeadHeaders, response: ServerResponse): OutgoingHttpHeader[] | undefined {
  const pairs = pairsOf(given);
  for (const name of KEPT) {
    const values = pairs.flatMap(([key, value]) => (key.toLowerCase() === name ? toList(value) : []));
    if (values.length > 0) response.setHeader(name, values);
  }
  const others = pairs.filter(([key]) => !KEPT.includes(key.toLowerCase()));
  if (others.length === pairs.length) return undefined;
  return others.flatMap(([key, value]) => (value === undefined ? [] : [key, value]));
}

const KEPT: readonly string[] = ['set-cookie', 'vary'];

/** The host's first: of two cookies with one name, the last counts. */
function add(response: ServerResponse, name: string, earlier: readonly string[]): void {
  if (earlier.length === 0) return;
  const isVary = name === 'vary';
  const own = (isVary ? toNames : toList)(response.getHeader(name));
  const all = [...earlier.filter((value) => !own.includes(value)), ...own];
  response.setHeader(name, isVary ? all.join(', ') : all);
}

function toNames(vary: OutgoingHttpHeader | undefined): string[] {
  return toList(vary)
    .flatMap((value) => value.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function toList(value: OutgoingHttpHeader | undefined): string[] {
  return value === undefined ? [] : [value].flat().map(String);
}
