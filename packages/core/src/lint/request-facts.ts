import type { Context } from '../context.js';
import { NodeRequestHead } from '../request-head.js';
import type { RecordedRequest } from '../request-record.js';
import type { RequestFacts } from './request-checks.js';

/** What the checks ask of a web request. */
export function webFacts(
  request: Request,
  context: Context,
  isEntry: boolean,
  readsContext: boolean,
): RequestFacts {
  const { method, url, headers, signal, body } = request;
  return {
    face: 'web',
    method,
    url,
    headers,
    headerNames: [...headers.keys()],
    // A runtime without request streams has no such member.
    hasBody: body === undefined ? undefined : body !== null,
    signal,
    context,
    isEntry,
    readsContext,
  };
}

/** What the checks ask of a Node request; nothing is read of its stream. */
export function nodeFacts(request: RecordedRequest, context: Context): RequestFacts {
  return {
    face: 'node',
    method: request.method ?? '',
    url: request.url ?? '',
    headers: new NodeRequestHead(request),
    headerNames: [],
    hasBody: undefined,
    signal: undefined,
    context,
    isEntry: false,
    readsContext: false,
  };
}
