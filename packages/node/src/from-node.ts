import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Application, RequestContext } from '@viaduct/core';
import {
  type Context,
  CONTEXT,
  Gateway,
  POINT,
  READS_CONTEXT,
  RESPONSE,
  type RecordedRequest,
  TARGET,
  targetBelow,
  toContext,
} from '@viaduct/core/internal';
type Emulate = (
  h: NodeHandler,
  r: Request,
  head: object,
  prepare: (req: RecordedRequest, res: ServerResponse) => void,
) => Promise<Response>;
const emulate: Emulate = () => Promise.reject(new Error('not yet'));

/** What `http.createServer` takes: a function, an Express app, a Connect app. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** The parts of an application that {@link fromNode} takes as they are. */
export type FromNodeOptions = Pick<Application, 'name' | 'upgrade' | 'start' | 'stop'>;

/**
 * Makes an application of a native handler.
 *
 * On the Node face the handler gets Node's own objects. Called as a fetch handler it gets an
 * `IncomingMessage` and a `ServerResponse` that were made for this one exchange.
 */
export function fromNode(handler: NodeHandler, options: FromNodeOptions = {}): Application {
  const gateway = new Gateway();

  async function fetch(request: Request, given?: RequestContext): Promise<Response> {
    const { context, concludes } = toContext(request, given, gateway);
    return concludes(await answer(handler, request, context));
  }

  function handle(request: IncomingMessage, response: ServerResponse): void | Promise<void> {
    return handler(request, response) as void | Promise<void>;
  }

  const application: Application & { readonly [READS_CONTEXT]: true } = {
    ...options,
    fetch,
    handle,
    [READS_CONTEXT]: true,
  };
  return application;
}

function answer(handler: NodeHandler, request: Request, context: Context): Promise<Response> {
  const { target } = context.exchange;
  const head = { method: request.method, url: targetBelow(target, context.basePath) };
  return emulate(handler, request, head, (req: RecordedRequest, res: ServerResponse) => {
    req.originalUrl = targetBelow(target, '');
    req[POINT] = context.point;
    req[TARGET] = target;
    req[RESPONSE] = res;
    req[CONTEXT] = context;
  });
}
