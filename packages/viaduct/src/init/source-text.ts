/** A literal text, which may hold what looks like a comment or a brace: `'/*'`, `"http://"`, `` `{` ``. */
const LITERAL = String.raw`'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|` + '`(?:\\\\[^]|[^`\\\\])*`';
const COMMENT = String.raw`\/\*[^]*?\*\/|(?<!\S)\/\/.*`;

/**
 * Source text without its comments.
 *
 * `app.get('/*', h); // all` → `app.get('/*', h); `
 */
export function withoutComments(source: string): string {
  return source.replaceAll(new RegExp(`(${LITERAL})|${COMMENT}`, 'g'), (_, literal: string | undefined) =>
    literal === undefined ? '' : literal,
  );
}
