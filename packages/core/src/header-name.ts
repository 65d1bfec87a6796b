/**
 * Whether a header is the one meant, whatever the case of its letters.
 *
 * `toLowerCase` calls into the runtime and costs as much for one name as this does for all of a request.
 *
 * @param name As it came on the wire: a token (RFC 9110 §5.1), which Node's parser sees to.
 * @param expected In lower case: letters and `-`.
 */
export function isHeaderName(name: string, expected: string): boolean {
  if (name.length !== expected.length) return false;
  for (let index = 0; index < name.length; index += 1) {
    if ((name.charCodeAt(index) | LOWER_CASE) !== expected.charCodeAt(index)) return false;
  }
  return true;
}

/** The bit that a small letter has and its capital has not; `-` has it too. */
export const LOWER_CASE = 0x20;
