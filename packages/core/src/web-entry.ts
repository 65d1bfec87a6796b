import type { Application } from './application.js';
import { Context, isContext } from './context.js';
import { failOnWeb, reportFailure } from './failure.js';
import type { Gateway } from './gateway.js';
import { MountPoint } from './mount-point.js';
import { WebExchange } from './web-exchange.js';

/** A request that has come to a web face. */
export interface WebEntry {
  readonly context: Context;
  /** Gives the response that leaves for the client; never throws. */
  conclude(response: Response): Response;
}

/**
 * The context that a web face was called with, or a new one: another runtime calls with its own second
 * argument, which is kept as `context.runtime`. Whoever makes the context concludes it, with the response
 * that leaves for the client.
 */
export function enterWeb(
  request: Request,
  given: unknown,
  gateway: Gateway,
  application: Application,
): WebEntry {
  if (isContext(given)) return { context: given, conclude: leaveAlone };
  const exchange = new WebExchange(request, { runtime: given });
  const context = new Context(exchange, new MountPoint(gateway));
  /** For the application that the request has reached, whose body it is. */
  function report(error: unknown): void {
    if (exchange.isAbandoned) return;
    const at = context.at(exchange.reached ?? context.point);
    reportFailure(error, at.point.mounts.at(-1)?.application ?? application, at);
  }
  function conclude(response: Response): Response {
    try {
      exchange.answered(response);
      return exchange.conclude(response, report);
    } catch (error) {
      // A body that was used before, a status that no Response has: found out when it is to be watched.
      return exchange.conclude(failOnWeb(error, application, request.method, context), report);
    }
  }
  return { context, conclude };
}

function leaveAlone(response: Response): Response {
  return response;
}
