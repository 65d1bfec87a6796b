import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Application,
  type ApplicationLike,
  type ErrorListener,
  type ServerLimits,
  toApplication,
} from '@viaduct/core';
import {
  admit,
  catchResponseErrors,
  checkLimits,
  Gateway,
  MountPoint,
  observeOnNode,
  observersOf,
  runOnNodeWithinLimits,
  SERVER_LIMITS,
} from '@viaduct/core/internal';
import { createForwarding } from './forwarded-headers.js';
import { adoptHttp2 } from './http2-response.js';
import type { FirstAnswer } from './first-answer.js';
import { InFlight } from './in-flight.js';
import type { ProxyTrust } from './trust-proxy.js';

/** What `http.createServer` takes. */
export type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

export interface ToNodeOptions extends ServerLimits {
  /** Told of every failure that no dispatcher inside listens to. Default: `console.error`. */
  readonly onError?: ErrorListener;
  /**
   * Which proxies in front are believed when they tell the client's address, protocol, host and path prefix
   * (`X-Forwarded-For`, `-Proto`, `-Host`, `-Prefix`). Default: none, and these headers are removed.
   */
  readonly trustProxy?: ProxyTrust;
}

/**
 * Makes a request listener of an application, for a server of one's own.
 *
 * An application with a Node face gets the very `req` and `res`; one with a web face alone is converted.
 * The application's `start` and `stop` are the caller's to call: `serve` does.
 */
export function toNode(application: ApplicationLike, options: ToNodeOptions = {}): RequestListener {
  const runnable = toApplication(application, 'toNode');
  return createListener(runnable, createGateway(options, 'toNode'));
}

/** @throws {ViaductTypeError} `VIADUCT_E_OPTION` for a limit or trust that is wrong. */
export function createGateway(options: ToNodeOptions, place: string): Gateway {
  const { onError, trustProxy } = options;
  const limits = Object.fromEntries(
    Object.keys(SERVER_LIMITS).flatMap((name) => {
      const value = options[name as keyof ServerLimits];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  checkLimits(limits, place);
  const forwarding = createForwarding(trustProxy, (error) => gateway.report(error));
  const gateway = new Gateway({ onError, forwarding, limits });
  return gateway;
}

/** {@link toNode}, for a server that keeps the gateway to wait for the work it holds. */
export function createListener(
  application: Application,
  gateway: Gateway,
  answersFirst?: FirstAnswer,
): RequestListener {
  const root = new MountPoint(gateway);
  const { maxInFlight } = gateway.limits;
  const inFlight = maxInFlight === Infinity ? undefined : new InFlight(maxInFlight);
  const observers = observersOf(application);
  return function listener(request, response) {
    if (request.httpVersionMajor >= 2) adoptHttp2(request, response);
    catchResponseErrors(response);
    if (answersFirst?.(request, response) === true) return;
    for (const observer of observers) observeOnNode(observer, request, response, application.name);
    if (inFlight?.take(response) !== false && admit(request, response, root))
      void runOnNodeWithinLimits(application, request, response);
  };
}
