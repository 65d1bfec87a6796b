import type { ServerResponse } from 'node:http';
import type { Answer } from '@viaduct/node/internal';
import type { KoaHostContext } from './shapes.js';

/**
 * Puts an application's answer on a Koa context, which sends it when all middleware is through.
 *
 * Not as a `Response`: Koa folds the `Set-Cookie` headers of one into a single, broken one.
 */
export function sendAnswer(ctx: KoaHostContext, { status, reason, headers, body }: Answer): void {
  // Not through the context, whose accessors look each name up anew.
  const { res, response } = ctx;
  response.status = status;
  if (body === undefined) {
    // Koa makes no body where JSON is announced the text `null`, and sends its length after HEAD.
    res.removeHeader('content-type');
    // It takes type and length off with the body, so they come after it: for HEAD. Of 204, 205 and 304 it takes
    // them off once more when it sends; as its own, these describe no content that is not there.
    response.body = null;
    response.status = status;
    setHeaders(res, headers);
  } else {
    setHeaders(res, headers);
    const length = Buffer.isBuffer(body) ? undefined : res.getHeader('content-length');
    const hasType = res.hasHeader('content-type');
    response.body = body;
    // Koa guesses a type where none is, and forgets the length of a stream that replaces another body.
    if (!hasType) res.removeHeader('content-type');
    if (length !== undefined) res.setHeader('content-length', length);
  }
  if (reason !== '') response.message = reason;
}

/** What an application says counts, but where values add up: its cookies and `Vary` stand beside the host's. */
function setHeaders(res: ServerResponse, headers: Answer['headers']): void {
  for (const [name, value] of headers) {
    const earlier = name === 'set-cookie' || name === 'vary' ? res.getHeader(name) : undefined;
    if (earlier === undefined) res.setHeader(name, value);
    else res.setHeader(name, [earlier, value].flat().map(String));
  }
}
