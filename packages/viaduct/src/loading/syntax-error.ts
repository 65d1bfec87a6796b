/** A syntax error, as esbuild, which tsx translates with, tells it. */
export interface SyntaxFault {
  /** `Unexpected ";"` */
  readonly message: string;
  /** `/srv/shop/api.ts:5:22` */
  readonly place: string;
}

/**
 * Takes the first error out of what esbuild says.
 *
 * `Transform failed with 1 error:\n/a.ts:1:18: ERROR: Unexpected ";"` → `Unexpected ";"`, `/a.ts:1:18`
 *
 * @returns `undefined` when it is no such message.
 */
export function readSyntaxError(text: string): SyntaxFault | undefined {
  const [, place, message] =
    /^Transform failed with \d+ errors?:\n(.+?:\d+:\d+): ERROR: (.+)/.exec(text) ?? [];
  return place === undefined || message === undefined ? undefined : { message, place };
}
