/**
 * Every path that a router could read in an unclean one, the path itself first.
 *
 * `/a/../b` → `/a/../b`, `/b`
 * `/a%2fb//c` → `/a%2Fb//c`, `/a/b//c`, `/a%2Fb/c`, `/a/b/c`
 *
 * Routers differ in whether, and in which order, they decode `%2F` and `%5C`, take `\` for `/`, resolve
 * dot segments, merge slashes and take what follows `//` for a host; the result holds every combination. Percent
 * triplets are spelt with capitals, since their case makes no difference (RFC 3986 §6.2.2.1).
 *
 * @param path Path with unreserved characters decoded, without query and fragment.
 * @returns Nothing when there are more than any honest path has: on such a path nobody can agree.
 */
export function readings(path: string): readonly string[] {
  return closure([capitalTriplets(path)], READINGS) ?? [];
}

/**
 * Every path that a router could possibly read, in lower case and percent-decoded, for guards: they take
 * the widest view. Beyond {@link readings}, `;` parameters are dropped, one by one or with all that follows,
 * and what follows `//` is taken for a host wherever it stands: below some mount an application's path may begin there.
 *
 * @param path Path with unreserved characters decoded; with its fragment, since an application may read on.
 * @returns `undefined` when there are more than any honest path has.
 */
export function wideReadings(path: string): readonly string[] | undefined {
  const all = closure([capitalTriplets(path), decodeAll(path)], WIDE_READINGS, withoutAuthorities);
  return all && [...new Set(all.map((reading) => decodeAll(reading).toLowerCase()))];
}

/** How a router may rewrite a path before it matches. Each is linear in its length. */
type Rewriting = (path: string) => string;

const SPLITTINGS: readonly Rewriting[] = [
  (path) => path.replaceAll('%2F', '/'),
  (path) => path.replaceAll('%5C', '\\'),
  (path) => path.replaceAll('\\', '/'),
  // What parseTarget has left as it came, since decoding it once is not the end of it.
  (path) => capitalTriplets(decodeUnreserved(path)),
];

const READINGS: readonly Rewriting[] = [
  ...SPLITTINGS,
  (path) => path.replaceAll(/\/{2,}/g, '/'),
  resolveDotSegments,
  withoutAuthority,
];

const WIDE_READINGS: readonly Rewriting[] = [
  ...READINGS,
  (path) => path.replaceAll(/;[^/]*/g, ''),
  (path) => path.replace(/;.*$/s, ''),
  (path) => path.replace(/#.*$/s, ''),
];

/**
 * Applies every rewriting to every result until nothing new comes; each one shortens or is idempotent, so it ends.
 *
 * @param choices Rewritings that apply at one place or another, with a result for each.
 * @returns `undefined` when that is not within a budget that grows with the path: a stranger wrote it. Benign
 * paths have at most 4 readings, those of known attacks 23; some 150 of a short path are within it.
 */
function closure(
  start: readonly string[],
  rewritings: readonly Rewriting[],
  choices?: (path: string) => Iterable<string>,
): readonly string[] | undefined {
  const found = new Set<string>();
  let room = 4_096 + 8 * (start[0]?.length ?? 0);
  const add = (path: string): void => {
    if (!found.has(path)) room -= path.length;
    found.add(path);
  };
  for (const path of start) add(path);
  for (const path of found) {
    for (const rewrite of rewritings) add(rewrite(path));
    for (const choice of choices?.(path) ?? []) {
      // Also for what was found before: a thousand places may give one result.
      room -= choice.length;
      if (room < 0) return undefined;
      add(choice);
    }
    if (room < 0) return undefined;
  }
  return [...found];
}

/**
 * Whether dot segments lead above the root in any reading, with `;` parameters dropped: `/../x`, `/a/%2E%2e%2f../x`, `/..;/x`.
 *
 * Below a mount such a path has no agreed reading: what is outside for the whole target is inside for the
 * application, which knows nothing above its root.
 */
export function climbs(path: string): boolean {
  if (!/\.\.|%2e/i.test(path)) return false;
  const split = closure([capitalTriplets(path)], SPLITTINGS);
  return split === undefined || split.some(leadsOut);
}

function leadsOut(path: string): boolean {
  let depth = 0;
  return path.split('/').some((segment) => {
    const name = segment.replace(/;.*$/s, '');
    if (name === '..') depth -= 1;
    else if (name !== '' && name !== '.') depth += 1;
    return depth < 0;
  });
}

/**
 * `//host/a` → `/a`: what `new URL(target, base)` and `url.parse` make of a path that begins like a URL
 * without its scheme, and so many a handler. To what has been rewritten too: a `Request` holds `/.//host/a` as
 * `//host/a`.
 */
function withoutAuthority(path: string): string {
  return path.replace(/^[/\\]{2,}[^/\\]*(?:$|[/\\])/, '/');
}

/**
 * `/a//host/b//c` → `/a/b//c`, `/a//host/b/`: {@link withoutAuthority} for each mount that there may be. An
 * application at `/a` is handed `/.//host/b` as it came, and who parses that twice reads `/b`.
 */
function* withoutAuthorities(path: string): Iterable<string> {
  for (const { index } of path.matchAll(/[/\\]{2,}/g)) {
    yield path.slice(0, index) + withoutAuthority(path.slice(index));
  }
}

/** `/a/./b/../c` → `/a/c`; never climbs above the root (RFC 3986 §5.2.4). */
function resolveDotSegments(path: string): string {
  if (!path.includes('/.')) return path;
  const segments = path.split('/');
  const resolved: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === '..' && resolved.length > 1) resolved.pop();
    if (segment !== '.' && segment !== '..') resolved.push(segment);
    else if (isLast) resolved.push('');
  }
  return resolved.join('/');
}

function capitalTriplets(path: string): string {
  return path.includes('%') ? path.replaceAll(SMALL_TRIPLET, (triplet) => triplet.toUpperCase()) : path;
}

/** A percent triplet with a small letter: a long path of capitals costs no call for each. */
const SMALL_TRIPLET = /%(?:[a-f][0-9A-Fa-f]|[0-9A-F][a-f])/g;

/** Decodes each run of percent triplets that is valid UTF-8, and leaves the others as they are. */
export function decodeAll(path: string): string {
  if (!path.includes('%')) return path;
  return path.replaceAll(/(?:%[0-9a-f]{2})+/gi, decodeRun);
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Not by `decodeURIComponent`: an exception for each bad run makes a long path take a tenth of a second. */
function decodeRun(run: string): string {
  if (run.length === 3) return decodeOne(run);
  const bytes = new Uint8Array(run.length / 3);
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = Number.parseInt(run.slice(index * 3 + 1, index * 3 + 3), 16);
  }
  const text = decoder.decode(bytes);
  return text.includes('\ufffd') && !/%ef%bf%bd/i.test(run) ? run : text;
}

/** One triplet alone is ASCII, or no UTF-8: most runs are that short, and a decoder costs ten times as much. */
function decodeOne(triplet: string): string {
  const byte = Number.parseInt(triplet.slice(1), 16);
  return byte < 0x80 ? String.fromCharCode(byte) : triplet;
}

/** `/%66oo%2fx` → `/foo%2fx`: decodes what RFC 3986 §2.3 calls unreserved, and nothing else. */
export function decodeUnreserved(path: string): string {
  if (!path.includes('%')) return path;
  return path.replaceAll(UNRESERVED_TRIPLET, (triplet) =>
    String.fromCharCode(Number.parseInt(triplet.slice(1), 16)),
  );
}

/** `-`, `.`, digits, letters, `_` and `~`, and no other: a long path of other alphabets costs no call for each. */
const UNRESERVED_TRIPLET = /%(?:2[de]|3\d|[46][1-9a-f]|5[\daf]|7[\dae])/gi;
