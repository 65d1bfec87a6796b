/**
 * A literal text, which may hold what looks like a comment or a brace: `'/*'`, `"http://"`, `` `{` ``;
 * or what is escaped in a regular expression: `\{`.
 */
const LITERAL = String.raw`'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|` + '`(?:\\\\[^]|[^`\\\\])*`|\\\\.';
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

/** Whether a place in source text is outside of all blocks. */
export function isTopLevel(source: string, place: number): boolean {
  let depth = 0;
  for (const { 0: token, index } of source.matchAll(TOKENS)) {
    if (index >= place) break;
    depth += depthOf(token);
  }
  return depth === 0;
}

/**
 * The body of a function whose head ends at a place: its block, or the expression behind its arrow.
 *
 * `(() => new Koa();…, 5)` → ` new Koa()`
 */
export function bodyAfter(source: string, place: number): string {
  const rest = source.slice(place);
  let depth = 0;
  for (const { 0: token, index } of rest.matchAll(TOKENS)) {
    depth += depthOf(token);
    const isEnd = depth < 0 || (depth === 0 && (token === '}' || token === ';' || token === '\n'));
    if (isEnd) return rest.slice(0, index);
  }
  return rest;
}

/** What opens and closes blocks and ends statements; a line that is not indented begins one of its own. */
const TOKENS = new RegExp(String.raw`${LITERAL}|[{};]|\n(?=\w)`, 'g');

function depthOf(token: string): number {
  if (token === '{') return 1;
  return token === '}' ? -1 : 0;
}
