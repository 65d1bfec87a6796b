import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { admit, admitUpgrade } from './admission.js';
import { type Application, type ApplicationLike, toApplication } from './application.js';
import { type Context, nodeContextOf, type RequestContext } from './context.js';
import { discardBody } from './discarded-body.js';
import { ViaductTypeError } from './errors.js';
import { failOnNode, failOnWeb, reportFailure } from './failure.js';
import { Gateway } from './gateway.js';
import { describing } from './description.js';
import { MountPoint } from './mount-point.js';
import type { Outcome } from './outcome.js';
import { plainResponse } from './plain-answer.js';
import { NodeRequestHead, type RequestHead } from './request-head.js';
import { beforeHead, NodeResponseHead, type ResponseHead, WebResponseHead } from './response-head.js';
import { sendResponse } from './response-to-node.js';
import { checkEarlyAnswer, markReadsContext, runOnNode, runOnWeb } from './run.js';
import { lifecycleOf } from './running.js';
import { isThenable } from './thenable.js';
import { failUpgrade, runUpgrade } from './upgrade.js';
import { answerUpgrade } from './upgrade-answer.js';
import { markDecidesLimits } from './web-limits.js';
import { enterWeb } from './web-entry.js';

/** What {@link withHooks} calls. Each is optional; a member left out costs nothing. */
export interface Hooks {
  /** Sees the request head before the application; answers in its place by returning a `Response`. */
  onRequest?(head: RequestHead, context: RequestContext): Response | void | Promise<Response | void>;
  /** Sees and changes status and headers just before they are sent. Synchronous: the head cannot wait. */
  onResponse?(head: ResponseHead, context: RequestContext): void;
  /** Learns how the request ended, exactly once. */
  onFinished?(outcome: Outcome, context: RequestContext): void | Promise<void>;
}

/**
 * Puts hooks around an application, on both faces and at the speed of each: enough for authentication,
 * CORS, security headers, request ids, logs and metrics. Bodies are not touched.
 *
 * A hook that throws fails closed: `onRequest` and, on the web face, `onResponse` answer 500; on the Node
 * face a failing `onResponse` cuts the connection, since the application is already sending.
 *
 * @throws {ViaductTypeError} `VIADUCT_E_APPLICATION`, or `VIADUCT_E_OPTION` for a hook that is no function or unknown.
 */
export function withHooks(application: ApplicationLike, hooks: Hooks): Application {
  refuseWrongHooks(hooks);
  const inner = toApplication(application, 'withHooks');
  const gateway = new Gateway();
  const root = new MountPoint(gateway);

  function handle(request: IncomingMessage, response: ServerResponse): void | Promise<void> {
    if (!admit(request, response, root)) return undefined;
    const context = nodeContextOf(request);
    watchFinish(hooks, context);
    if (hooks.onResponse !== undefined) {
      beforeHead(response, () => adjustNodeHead(hooks, inner, response, context));
    }
    if (hooks.onRequest === undefined) return runOnNode(inner, request, response);
    try {
      const early = hooks.onRequest(new NodeRequestHead(request), context);
      if (early === undefined) return runOnNode(inner, request, response);
      return continueOnNode(early, inner, request, response, context);
    } catch (error) {
      return failOnNode(error, inner, request, response);
    }
  }

  async function fetch(request: Request, given?: RequestContext): Promise<Response> {
    const { context, conclude } = enterWeb(request, given, gateway, inner);
    watchFinish(hooks, context);
    return conclude(adjustWebHead(hooks, inner, request, await answer(request, context), context));
  }

  async function answer(request: Request, context: Context): Promise<Response> {
    try {
      const early = checkEarlyAnswer(await hooks.onRequest?.(request, context), 'onRequest');
      if (early !== undefined) return early;
      if (context.exchange.isAbandoned) return plainResponse(request.method, 504);
    } catch (error) {
      return failOnWeb(error, inner, request.method, context);
    }
    return runOnWeb(inner, request, context);
  }

  /** Through `onRequest` as every request, or authentication in a hook would not hold for WebSockets. */
  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (!admitUpgrade(request, socket, root)) return undefined;
    const context = nodeContextOf(request);
    watchFinish(hooks, context);
    try {
      const pending = hooks.onRequest?.(new NodeRequestHead(request), context);
      const early = checkEarlyAnswer(await pending, 'onRequest');
      if (early !== undefined) return await answerUpgrade(early, socket);
    } catch (error) {
      return failUpgrade(error, inner, request, socket);
    }
    return runUpgrade(inner, request, socket, head);
  }

  const { name } = inner;
  const hooked: Application = markReadsContext({
    ...(name === undefined ? {} : { name }),
    fetch,
    handle,
    ...(inner.upgrade === undefined ? {} : { upgrade }),
    ...lifecycleOf(inner, gateway),
    ...describing(inner),
  });
  return markDecidesLimits(hooked, inner);
}

async function continueOnNode(
  early: Response | Promise<Response | void>,
  inner: Application,
  request: IncomingMessage,
  response: ServerResponse,
  context: Context,
): Promise<void> {
  try {
    const answer = checkEarlyAnswer(await early, 'onRequest');
    if (context.exchange.isAbandoned) return discardBody(answer);
    if (answer !== undefined) return await sendResponse(answer, request, response);
  } catch (error) {
    return failOnNode(error, inner, request, response);
  }
  return runOnNode(inner, request, response);
}

function watchFinish(hooks: Hooks, context: Context): void {
  if (hooks.onFinished === undefined) return;
  context.onFinished((outcome) => hooks.onFinished?.(outcome, context));
}

function adjustNodeHead(hooks: Hooks, inner: Application, response: ServerResponse, context: Context): void {
  try {
    callOnResponse(hooks, new NodeResponseHead(response), context);
  } catch (error) {
    reportFailure(error, inner, context);
    response.destroy();
  }
}

function adjustWebHead(
  hooks: Hooks,
  inner: Application,
  request: Request,
  response: Response,
  context: Context,
): Response {
  if (hooks.onResponse === undefined) return response;
  try {
    const head = new WebResponseHead(response);
    callOnResponse(hooks, head, context);
    return head.toResponse();
  } catch (error) {
    discardBody(response);
    return failOnWeb(error, inner, request.method, context);
  }
}

/** @throws {ViaductTypeError} `VIADUCT_E_OPTION` for a promise: the head would leave without what it is to change. */
function callOnResponse(hooks: Hooks, head: ResponseHead, context: Context): void {
  const result: unknown = hooks.onResponse?.(head, context);
  if (!isThenable(result)) return;
  result.then(undefined, ignore);
  throw new ViaductTypeError(
    'VIADUCT_E_OPTION',
    'withHooks: onResponse returned a promise, and the head cannot wait: it is sent when the hook returns. ' +
      'Do what has to be awaited in onRequest.',
  );
}

function ignore(): void {}

const HOOKS: ReadonlySet<string> = new Set<keyof Hooks>(['onRequest', 'onResponse', 'onFinished']);

function refuseWrongHooks(hooks: Hooks): void {
  for (const [name, hook] of Object.entries(hooks)) {
    const fault = HOOKS.has(name)
      ? `${name} is ${typeof hook}, not a function`
      : `there is no hook "${name}"`;
    if (HOOKS.has(name) && (typeof hook === 'function' || hook === undefined)) continue;
    throw new ViaductTypeError(
      'VIADUCT_E_OPTION',
      `withHooks: ${fault}. Hooks are ${[...HOOKS].join(', ')}.`,
    );
  }
}
