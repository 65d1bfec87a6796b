import { IncomingMessage, type ServerResponse } from 'node:http';
import { type Application, type RequestContext, ViaductTypeError } from '@viaduct/core';
import {
  catchResponseErrors,
  type Context,
  CONTEXT,
  enterWeb,
  failOnWeb,
  Gateway,
  POINT,
  markReadsContext,
  originalUrlOf,
  type RecordedRequest,
  reportFailure,
  RESPONSE,
  runConverted,
  TARGET,
  targetBelow,
} from '@viaduct/core/internal';
import { describeHandler } from './description.js';
import { handlerOf, isNodeServer, type NodeServer, upgradeOf } from './handler-of-server.js';
import { CLIENT_CLOSED_REQUEST, isClientGone } from './emulated/client-gone.js';
import { connectionOf } from './emulated/connection.js';
import { emulate, type EmulatedRequestHead, type EmulateHooks } from './emulated/exchange.js';
import type { ConnectionFacts } from './emulated/socket.js';

/** What `http.createServer` takes: a function, an Express app, a Connect app. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** The parts of an application that {@link fromNode} takes as they are. */
export type FromNodeOptions = Pick<Application, 'name' | 'upgrade' | 'start' | 'stop' | 'describe'>;

/**
 * Makes an application of a native handler, or of a server of `node:http` that has one: its port stays closed, and what
 * listens for its `upgrade` event, such as a WebSocket server, gets its handshakes.
 *
 * On the Node face the handler gets Node's own objects, but for an Express app over HTTP/2. Called as
 * a fetch handler it gets an `IncomingMessage` and a `ServerResponse` that were made for this one exchange.
 *
 * @throws {ViaductTypeError} `VIADUCT_E_APPLICATION` when it is neither.
 */
export function fromNode(source: NodeHandler | NodeServer, options: FromNodeOptions = {}): Application {
  const isServer = isNodeServer(source);
  const handler = isServer ? handlerOf(source) : source;
  refuseOthers(handler);
  const gateway = new Gateway();

  async function fetch(request: Request, given?: RequestContext): Promise<Response> {
    const { context, conclude } = enterWeb(request, given, gateway, application);
    try {
      return conclude(await emulate(handler, request, new Head(request, context, application), HOOKS));
    } catch (error) {
      // No answer that anybody will see.
      if (isClientGone(error)) return conclude(new Response(null, { status: CLIENT_CLOSED_REQUEST }));
      return conclude(failOnWeb(error, application, request.method, context));
    }
  }

  function handle(request: IncomingMessage, response: ServerResponse): void | Promise<void> {
    return handler(request, response) as void | Promise<void>;
  }

  function convertOverHttp2(request: IncomingMessage, response: ServerResponse): void | Promise<void> {
    return request.httpVersionMajor >= 2
      ? runConverted(application, request, response)
      : handle(request, response);
  }

  const application: Application = markReadsContext({
    describe: () => describeHandler(handler),
    ...(isServer ? { upgrade: upgradeOf(source) } : {}),
    ...options,
    fetch,
    handle: replacesPrototypes(handler) ? convertOverHttp2 : handle,
  });
  return application;
}

function refuseOthers(handler: unknown): void {
  if (typeof handler === 'function') return;
  throw new ViaductTypeError(
    'VIADUCT_E_APPLICATION',
    `fromNode: expected a handler (request, response) or a server of node:http, got ${handler === null ? 'null' : typeof handler}.`,
  );
}

/**
 * Whether a handler puts prototypes of HTTP/1.1 under its requests, as Express does. On the objects of HTTP/2
 * that ends the process; on objects made for the exchange, it works.
 */
function replacesPrototypes(handler: NodeHandler & { readonly request?: unknown }): boolean {
  return handler.request instanceof IncomingMessage;
}

/** What the exchange is told of a request, and what it must know again later. */
class Head implements EmulatedRequestHead {
  readonly url: string;
  readonly method: string;
  readonly host: string;
  readonly context: Context;
  readonly application: Application;

  constructor(request: Request, context: Context, application: Application) {
    this.url = targetBelow(context.exchange.target, context.basePath);
    this.method = request.method;
    this.host = context.host;
    this.context = context;
    this.application = application;
  }

  get connection(): ConnectionFacts {
    return connectionOf(this.context);
  }
}

const HOOKS: EmulateHooks<Head> = {
  /** The same record that a request on a socket carries from its entry on. */
  prepare(request: RecordedRequest, response, { context }) {
    const { target } = context.exchange;
    request.originalUrl = originalUrlOf(target);
    request[POINT] = context.point;
    request[TARGET] = target;
    request[RESPONSE] = response;
    request[CONTEXT] = context;
    catchResponseErrors(response);
  },
  onLateError(error, { application, context }) {
    reportFailure(error, application, context);
  },
};
