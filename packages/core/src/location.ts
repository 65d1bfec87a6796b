import type { ServerResponse } from 'node:http';
import { type Context, nodeContextOf } from './context.js';
import type { Exchange } from './exchange.js';
import type { RecordedRequest } from './request-record.js';
import { beforeHead, NodeResponseHead, type ResponseHead, WebResponseHead } from './response-head.js';

/** {@link rewriteLocation} for the answer of an application's Node face, when it comes. */
export function rewriteLocationOnNode(
  request: RecordedRequest,
  response: ServerResponse,
  basePath: string,
): void {
  beforeHead(response, () => {
    if (response.hasHeader('location'))
      rewriteLocation(new NodeResponseHead(response), nodeContextOf(request).exchange, basePath);
  });
}

/** {@link rewriteLocation} for the answer of an application's web face. */
export function rewriteLocationOnWeb(response: Response, { exchange, basePath }: Context): Response {
  if (!response.headers.has('location')) return response;
  const head = new WebResponseHead(response);
  rewriteLocation(head, exchange, basePath);
  return head.toResponse();
}

/**
 * Puts the base path in front of a path that an application redirects to, once: of nested mounts with the
 * option, the innermost does it, with the whole base path.
 *
 * `/x` → `/shop/x`
 * `x`, `../x`, `?page=2`, `https://other.example/x` → as they are
 * `//other.example`, `/\other.example` → as they are: browsers take them for another host
 */
function rewriteLocation({ headers }: ResponseHead, exchange: Exchange, basePath: string): void {
  const location = headers.get('location') ?? '';
  if (exchange.isLocationRewritten || !/^\/(?![/\\])/.test(location)) return;
  exchange.isLocationRewritten = true;
  headers.set('location', basePath + location);
}
