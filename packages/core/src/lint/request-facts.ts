import type { Context } from '../context.js';
import { NodeRequestHead } from '../request-head.js';
import type { RecordedRequest } from '../request-record.js';

/** What a request's head shows before the application sees it. */
export interface RequestFacts {
  readonly face: 'web' | 'node';
  readonly method: string;
  /** What the application sees: a whole URL on the web face, a target on the Node face. */
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  /** On the Node face, Node itself says so, and it is not asked. */
  readonly hasBody: boolean | undefined;
  readonly headerNames: readonly string[];
  /** The signal of the web request. */
  readonly signal: AbortSignal | undefined;
  readonly context: Context;
  /** Whether the context was made here: then the request is as the runtime made it. */
  readonly isEntry: boolean;
  /** Whether the application reads its path from the context, and so may be given the whole URL. */
  readonly readsContext: boolean;
}

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
