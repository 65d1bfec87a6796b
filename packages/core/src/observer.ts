import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { admit, admitUpgrade } from './admission.js';
import { type Application, type ApplicationLike, toApplication } from './application.js';
import type { RequestContext } from './context.js';
import type { EndedExchange } from './ended-exchange.js';
import { Gateway } from './gateway.js';
import { lifecycleOf } from './running.js';
import { MountPoint } from './mount-point.js';
import { observeOnNode } from './node-observation.js';
import { RESPONSE, type RecordedRequest } from './request-record.js';
import { markReadsContext, runOnNode, runOnWeb } from './run.js';
import { UpgradeEnd } from './upgrade-end.js';
import { runUpgrade } from './upgrade.js';
import { markDecidesLimits } from './web-limits.js';
import { enterWeb } from './web-entry.js';

/** Learns what came of each exchange: what access logs and metrics are made of. */
export interface Observer {
  /** Called when a request comes in, before anything else is done with it. */
  began?(): void;
  /** Called once for each, when its answer has ended: sent whole, cut, or refused. */
  ended(exchange: EndedExchange): void;
}

const OBSERVERS: unique symbol = Symbol.for('viaduct.1.observers');

/**
 * Lets an observer learn of every exchange of an application, on both faces and on upgrades, without
 * building a context for it.
 *
 * A server that runs the result itself begins the observation before it admits a request: then those that
 * it refuses are observed too.
 *
 * @param place What the value was given for, to begin a message with.
 * @throws {ViaductTypeError} `VIADUCT_E_APPLICATION`.
 */
export function withObserver(application: ApplicationLike, observer: Observer, place: string): Application {
  const inner = toApplication(application, place);
  const { name } = inner;
  const gateway = new Gateway();
  const root = new MountPoint(gateway);

  function handle(request: IncomingMessage, response: ServerResponse): void | Promise<void> {
    observeOnNode(observer, request, response, name);
    if (admit(request, response, root)) return runOnNode(inner, request, response);
    return undefined;
  }

  async function fetch(request: Request, given?: RequestContext): Promise<Response> {
    const { context, conclude } = enterWeb(request, given, gateway, inner);
    context.exchange.observe(observer, { request, context, name });
    return conclude(await runOnWeb(inner, request, context));
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    observeUpgrade(observer, request, socket, name);
    if (admitUpgrade(request, socket, root)) await runUpgrade(inner, request, socket, head);
  }

  const observed = markReadsContext({
    ...(name === undefined ? {} : { name }),
    fetch,
    handle,
    ...(inner.upgrade === undefined ? {} : { upgrade }),
    ...lifecycleOf(inner, gateway),
  });
  markDecidesLimits(observed, inner);
  return Object.defineProperty(observed, OBSERVERS, { value: [observer, ...observersOf(inner)] });
}

/** The observers around an application, outermost first, for a server to call before it admits a request. */
export function observersOf(application: Application): readonly Observer[] {
  return (application as { [OBSERVERS]?: readonly Observer[] })[OBSERVERS] ?? [];
}

/** {@link observeOnNode} for a request that asks for another protocol. */
export function observeUpgrade(
  observer: Observer,
  request: RecordedRequest,
  socket: Duplex,
  name: string | undefined,
): void {
  const end = (request[RESPONSE] ??= new UpgradeEnd(socket));
  observeOnNode(observer, request, end, name);
}
