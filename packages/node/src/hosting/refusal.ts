import { hasBody, type Refusal } from '@viaduct/core/internal';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { ViaductError } from '@viaduct/core';

/** A refusal that the host answers, in its own way: Koa reads `status`, `expose` and `headers`, Fastify `statusCode`. */
export function refusal(status: Refusal): ViaductError {
  const error = new ViaductError('VIADUCT_E_REFUSED', STATUS_CODES[status] ?? 'Bad Request');
  return Object.assign(error, { status, statusCode: status, expose: true });
}

/**
 * Refuses a request whose body a parser of the host has taken: the application would read an empty one, and
 * answer as if nothing had been sent.
 *
 * @throws {ViaductError} `VIADUCT_E_BODY_READ`
 */
export function refuseReadBody(request: IncomingMessage, place: string): void {
  if (!hasBody(request)) return;
  if (!request.readableDidRead && !request.readableEnded && request.readableFlowing !== true) return;
  throw new ViaductError(
    'VIADUCT_E_BODY_READ',
    `${place}: the body of ${request.method} ${pathOf(request)} was read before the application could read it. ` +
      `Put ${place}(…) before the body parser, or let the parser skip the paths that lead to it.`,
  );
}

/** Without the query, which may hold what belongs in no log. */
function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/';
}
