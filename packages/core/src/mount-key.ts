import { ViaductTypeError } from './errors.js';
import { parseHost } from './host.js';
import { decodeUnreserved } from './readings.js';

/** A key of a mount or guard table, read and normalised. */
export interface MountKey {
  /** As the user wrote it. */
  readonly written: string;
  /** `''` (any), `foo.org`, `foo.org:8443`, `*.foo.org` or `*.foo.org:8443`. */
  readonly host: string;
  /** `''` or `/a/b`: percent-encoded as on the wire, triplets in capitals, no slash at the end. */
  readonly path: string;
}

/**
 * Reads the key of a mount or guard: a path, or a host and a path as in Go's `ServeMux`.
 *
 * `/` and `''` → any host, path `''`
 * `/foo/` → path `/foo`; `/café` → path `/caf%C3%A9`
 * `foo.org/bar` → host `foo.org`, path `/bar`; `*.foo.org/`, `foo.org:8443/`
 *
 * @param place What the key was given for, to begin a message with: `createDispatcher: mount`.
 * @throws {ViaductTypeError} `VIADUCT_E_MOUNT_KEY`, naming the key, what is wrong and what to write instead.
 */
export function parseMountKey(written: string, place: string): MountKey {
  const slash = written.indexOf('/');
  if (slash === -1 && written !== '') throw wrong(place, written, withoutSlash(written));
  const host = written === '' ? '' : written.slice(0, slash);
  const path = written === '' ? '' : written.slice(slash);
  return {
    written,
    host: host === '' ? '' : parseHostKey(host, written, place),
    path: parsePath(path, written, place),
  };
}

function withoutSlash(written: string): string {
  return `a path begins with "/", and a host is followed by one. Write "/${written}" or "${written}/".`;
}

function parseHostKey(host: string, written: string, place: string): string {
  const isWildcard = host.startsWith('*.');
  const parsed = parseHost(isWildcard ? host.slice(2) : host);
  if (parsed === undefined) {
    throw wrong(
      place,
      written,
      `"${host}" is not a host. Write a name, a name and a port, or "*." and a name; a path begins with "/".`,
    );
  }
  if (parsed.port === '80' || parsed.port === '443') {
    throw wrong(
      place,
      written,
      `port ${parsed.port} is a default, which clients leave out. Leave it out too.`,
    );
  }
  const name = isWildcard ? `*.${parsed.name}` : parsed.name;
  return parsed.port === '' ? name : `${name}:${parsed.port}`;
}

function parsePath(path: string, written: string, place: string): string {
  const fault = FAULTS.find(([pattern]) => pattern.test(path));
  if (fault !== undefined) throw wrong(place, written, fault[1]);
  const encoded = path.replaceAll(/[^\x21-\x7e]/gu, (character) => encodeURIComponent(character));
  const canonical = decodeUnreserved(encoded).replaceAll(/%[0-9a-f]{2}/gi, (triplet) =>
    triplet.toUpperCase(),
  );
  if (DOT_SEGMENT.test(canonical)) throw wrong(place, written, DOT_SEGMENT_FAULT);
  return canonical.replace(/\/$/, '');
}

const DOT_SEGMENT = /\/\.{1,2}(?:\/|$)/;
const DOT_SEGMENT_FAULT = 'a mount path has no "." or ".." segment. Write the path that it stands for.';

const FAULTS: readonly (readonly [RegExp, string])[] = [
  [/\?/, 'a mount path has no query. Leave out "?" and what follows.'],
  [/#/, 'a mount path has no fragment. Leave out "#" and what follows.'],
  [/\/\//, 'a mount path has no empty segment. Write one "/" instead of "//".'],
  [/\\/, 'a mount path has no backslash. Write "/".'],
  [DOT_SEGMENT, DOT_SEGMENT_FAULT],
  [/;/, 'a mount path has no ";" parameter. Leave it out: ";" is no boundary between mounts.'],
  [
    /\*|\/:/,
    'a mount path is literal, with no "*" or ":name". Mount the part before it: all below belongs to it.',
  ],
  [/["<>^`{|}]/, 'a mount path has none of "<>^`{|}: clients send them in two ways.'],
  [/%(?:2f|5c)/i, 'a mount path has no encoded slash or backslash: routers read it in two ways.'],
  [/%(?:[01][0-9a-f]|7f)/i, 'a mount path has no control character.'],
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  [/[\u0000-\u001f\u007f]/, 'a mount path has no control character.'],
  [/%(?![0-9a-f]{2})/i, 'a "%" is followed by two hexadecimal digits. Write "%25" for the character itself.'],
  [
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/,
    'half of a surrogate pair is no character.',
  ],
];

function wrong(place: string, written: string, fault: string): ViaductTypeError {
  return new ViaductTypeError('VIADUCT_E_MOUNT_KEY', `${place} "${written}": ${fault}`);
}
