/**
 * Escapes what is not printable ASCII in a line of JSON: it all stands inside of strings there.
 *
 * JSON itself lets U+007F to U+009F, U+2028 and marks that turn the direction of writing through, which terminals obey.
 */
export function asciiOnly(line: string): string {
  return NOT_ASCII.test(line) ? line.replaceAll(ALL_NOT_ASCII, escapeUnit) : line;
}

/** Everything but printable ASCII and the newline that ends a line. */
const NOT_ASCII = /[^\n\x20-\x7e]/;
const ALL_NOT_ASCII = /[^\n\x20-\x7e]/g;

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * A value between quotes, as nginx escapes it: no reader can take one in the value for the end of it.
 *
 * `a "b"\` → `a \x22b\x22\x5C`; `é` → `\xC3\xA9`
 */
export function quoted(value: string | undefined): string {
  return `"${value === undefined || value === '' ? '-' : escaped(value, UNSAFE)}"`;
}

/** A value that stands alone, between spaces. */
export function bare(value: string | undefined): string {
  return value === undefined || value === '' ? '-' : escaped(value, UNSAFE_BARE);
}

const UNSAFE = /[^\x20-\x7e]|["\\]/gu;
const UNSAFE_BARE = /[^\x21-\x7e]|["\\]/gu;

function escaped(value: string, unsafe: RegExp): string {
  return value.replaceAll(unsafe, escapeCharacter);
}

/** The bytes of its UTF-8. What a request's head holds is Latin-1: a client may fill all of it with such characters. */
function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x80) return BYTES[code] ?? '';
  if (code < 0x800) return `${BYTES[0xc0 | (code >> 6)]}${BYTES[0x80 | (code & 0x3f)]}`;
  return Array.from(Buffer.from(character), (byte) => BYTES[byte]).join('');
}

const BYTES: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`,
);
