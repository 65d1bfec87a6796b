import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { admit, admitUpgrade } from './admission.js';
import type { Application } from './application.js';
import { createStart } from './boot.js';
import { type Context, nodeContextOf } from './context.js';
import type { ApplicationDescription } from './description.js';
import { discardBody } from './discarded-body.js';
import { type DispatcherOptions, refuseWrongOptions } from './dispatcher-options.js';
import { failOnNode, failOnWeb } from './failure.js';
import { type ErrorInfo, Gateway, WORK_TIMEOUT_MS } from './gateway.js';
import { type Guard, GuardTable, runGuards } from './guards.js';
import { rewriteLocationOnNode, rewriteLocationOnWeb } from './location.js';
import { type Mount, MountPoint } from './mount-point.js';
import { AMBIGUOUS, MountTable, type Mounts } from './mount-table.js';
import { createMountedLifecycle, isDown, retryAfter } from './mounted-lifecycle.js';
import { plainResponse, sendPlain } from './plain-answer.js';
import { NodeRequestHead } from './request-head.js';
import { POINT, type RecordedRequest, TARGET } from './request-record.js';
import { sendResponse } from './response-to-node.js';
import { runOnNodeWithinLimits } from './node-limits.js';
import { checkEarlyAnswer, markReadsContext } from './run.js';
import { describeDispatcher } from './table-description.js';
import { markDecidesLimits, runWithinLimits } from './web-limits.js';
import { type ParsedTarget, parseTarget, targetBelow } from './target.js';
import { failUpgrade, runUpgrade } from './upgrade.js';
import { answerUpgrade, refuseUpgrade } from './upgrade-answer.js';
import { enterWeb } from './web-entry.js';

/** An application made of applications: it delegates each path to the one that owns it. */
export interface Dispatcher extends Application {
  /** @param contextOrRuntime A context, or another runtime's own second argument, kept as `context.runtime`. */
  fetch(request: Request, contextOrRuntime?: unknown): Promise<Response>;
  handle(request: IncomingMessage, response: ServerResponse): void | Promise<void>;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  describe(): ApplicationDescription;
  /** The table, in order of declaration. */
  readonly mounts: readonly Mount[];
}

/**
 * Delegates each request to the application that owns its path: the longest mounted path wins, on segment
 * boundaries, whatever the order of declaration; a key with a host comes before one without.
 *
 * `{ '/': shop, '/api': api }`: `/api/users` → `api`, which sees `/users`; `/apiary` → `shop`
 * `{ '/orders': { application, strip: false } }`: `/orders/7` → `application`, which sees `/orders/7`
 *
 * A target that routers could read in several ways is passed on byte for byte when all readings reach
 * the same mount, and refused with 400 when they do not.
 *
 * @throws {ViaductTypeError} When the table or an option is wrong, naming the key, what is wrong and what to
 * write instead: `VIADUCT_E_MOUNT_TABLE`, `VIADUCT_E_MOUNT_KEY`, `VIADUCT_E_MOUNT_DUPLICATE`,
 * `VIADUCT_E_APPLICATION`, `VIADUCT_E_GUARD`, `VIADUCT_E_OPTION`.
 */
export function createDispatcher(mounts: Mounts, options: DispatcherOptions = {}): Dispatcher {
  refuseWrongOptions(options);
  const { name, onError, startTimeoutMs = 30_000, boot = 'fail', workTimeoutMs = WORK_TIMEOUT_MS } = options;
  const table = new MountTable(mounts, options.isolateHosts ?? false, onError);
  const guards = new GuardTable(options.guards ?? {});
  const readsHost = table.hasHosts || guards.hasHosts;
  const gateway = new Gateway({ onError });
  const root = new MountPoint(gateway);
  const isolates = boot === 'isolate';
  const lifecycle = createMountedLifecycle(table.mounts, { timeoutMs: startTimeoutMs, isolates });

  function handle(request: RecordedRequest, response: ServerResponse): void | Promise<void> {
    if (!admit(request, response, root)) return undefined;
    const point = request[POINT] ?? root;
    const target = rereadTarget(request, point);
    if (target === undefined) return sendPlain(response, 400);
    const host = readsHost ? nodeContextOf(request).host : '';
    if (!guards.isEmpty) {
      const applying = guards.applying(target, point.basePath, host);
      if (applying === undefined) return sendPlain(response, 400);
      if (applying.length > 0) return handleGuarded(applying, request, response, target, host);
    }
    return handOver(request, response, point, target, host);
  }

  /** Without a promise while no guard gives one. */
  function handleGuarded(
    applying: readonly Guard[],
    request: RecordedRequest,
    response: ServerResponse,
    target: ParsedTarget,
    host: string,
  ): void | Promise<void> {
    const context = nodeContextOf(request);
    try {
      const refusal = runGuards(applying, new NodeRequestHead(request), context);
      if (refusal !== undefined) return awaitGuards(refusal, request, response, context, target, host);
    } catch (error) {
      return failOnNode(error, dispatcher, request, response, onError);
    }
    return handOver(request, response, context.point, target, host);
  }

  async function awaitGuards(
    pending: ReturnType<Guard>,
    request: RecordedRequest,
    response: ServerResponse,
    context: Context,
    target: ParsedTarget,
    host: string,
  ): Promise<void> {
    try {
      const refusal = checkEarlyAnswer(await pending, 'a guard');
      if (context.exchange.isAbandoned) return discardBody(refusal);
      if (refusal !== undefined) return await sendResponse(refusal, request, response);
    } catch (error) {
      return failOnNode(error, dispatcher, request, response, onError);
    }
    return handOver(request, response, context.point, target, host);
  }

  /** The hot path: leaves a ready-made record on the request, and allocates nothing but the stripped target. */
  function handOver(
    request: RecordedRequest,
    response: ServerResponse,
    point: MountPoint,
    target: ParsedTarget,
    host: string,
  ): void | Promise<void> {
    const mount = table.match(target, point.basePath, host);
    if (mount === undefined) return sendPlain(response, 404);
    if (mount === AMBIGUOUS) return sendPlain(response, 400);
    arrive(request, point, point.below(mount), target);
    if (isolates && isDown(mount)) return sendPlain(response, 503, retryAfter(mount, lifecycle));
    if (mount.rewriteLocation) rewriteLocationOnNode(request, response, point.below(mount).basePath);
    return runOnNodeWithinLimits(mount.application, request, response);
  }

  async function upgrade(request: RecordedRequest, socket: Duplex, head: Buffer): Promise<void> {
    if (!admitUpgrade(request, socket, root)) return undefined;
    const point = request[POINT] ?? root;
    const target = rereadTarget(request, point);
    if (target === undefined) return refuseUpgrade(socket, 400);
    const host = readsHost ? nodeContextOf(request).host : '';
    try {
      const context = nodeContextOf(request);
      const applying = guards.isEmpty ? [] : guards.applying(target, point.basePath, host);
      if (applying === undefined) return refuseUpgrade(socket, 400);
      const pending = runGuards(applying, new NodeRequestHead(request), context);
      const refusal = checkEarlyAnswer(await pending, 'a guard');
      if (refusal !== undefined) return await answerUpgrade(refusal, socket);
    } catch (error) {
      return failUpgrade(error, dispatcher, request, socket, onError);
    }
    const mount = table.match(target, point.basePath, host);
    if (mount === undefined) return refuseUpgrade(socket, 404);
    if (mount === AMBIGUOUS) return refuseUpgrade(socket, 400);
    arrive(request, point, point.below(mount), target);
    if (isolates && isDown(mount)) return refuseUpgrade(socket, 503, retryAfter(mount, lifecycle));
    return runUpgrade(mount.application, request, socket, head);
  }

  function tell(error: unknown, info: ErrorInfo): void {
    gateway.report(error, info);
  }

  async function fetch(request: Request, contextOrRuntime?: unknown): Promise<Response> {
    const { context, conclude } = enterWeb(request, contextOrRuntime, gateway, dispatcher);
    return conclude(await answer(request, context));
  }

  async function answer(request: Request, context: Context): Promise<Response> {
    const { target, host } = context.exchange;
    try {
      const applying = guards.isEmpty ? [] : guards.applying(target, context.basePath, host);
      if (applying === undefined) return plainResponse(request.method, 400);
      const refusal = checkEarlyAnswer(await runGuards(applying, request, context), 'a guard');
      if (refusal !== undefined) return refusal;
      if (context.exchange.isAbandoned) return plainResponse(request.method, 504);
    } catch (error) {
      return failOnWeb(error, dispatcher, request.method, context, onError);
    }
    const mount = table.match(target, context.basePath, host);
    if (mount === undefined) return plainResponse(request.method, 404);
    if (mount === AMBIGUOUS) return plainResponse(request.method, 400);
    if (isolates && isDown(mount)) return plainResponse(request.method, 503, retryAfter(mount, lifecycle));
    const point = context.point.below(mount);
    context.exchange.reached = point;
    const at = context.at(point);
    try {
      const response = await runWithinLimits(mount.application, request, at);
      return mount.rewriteLocation ? rewriteLocationOnWeb(response, at) : response;
    } catch (error) {
      return failOnWeb(error, mount.application, request.method, at);
    }
  }

  const dispatcher: Dispatcher = markReadsContext({
    ...(name === undefined ? {} : { name }),
    mounts: table.mounts,
    fetch,
    handle,
    upgrade,
    start: createStart(
      (outer) => lifecycle.start(onError === undefined ? outer : { ...outer, report: tell }),
      { mounts: [], report: tell },
    ),
    describe: () => describeDispatcher(table, guards),
    stop: () => lifecycle.stop(() => gateway.settled(workTimeoutMs)),
  });
  return markDecidesLimits(dispatcher);
}

/** Set once, before the application runs: an asynchronous one would read the body, and route, after a restoring. */
function arrive(request: RecordedRequest, from: MountPoint, at: MountPoint, target: ParsedTarget): void {
  request[POINT] = at;
  if (at.basePath !== from.basePath) request.url = targetBelow(target, at.basePath);
}

/**
 * The target that was read at the entry; read again only when a wrapper in front of the outermost
 * dispatcher has rewritten `req.url`, as it may.
 */
function rereadTarget(request: RecordedRequest, point: MountPoint): ParsedTarget | undefined {
  const target = request[TARGET];
  if (point.mounts.length > 0 && target !== undefined) return target;
  const { url = '/' } = request;
  if (target === url || (typeof target === 'object' && targetBelow(target, point.basePath) === url))
    return target;
  const reread = parseTarget(point.basePath + url);
  request[TARGET] = reread ?? '/';
  return reread;
}
