import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Every error of the API as `application/problem+json` (RFC 9457): not found, invalid, refused, broken. */
export function problems(api: FastifyInstance): void {
  api.setNotFoundHandler((request, reply) =>
    problem(request, reply, 404, `No ${request.method} route of this API has this path.`),
  );

  api.setErrorHandler<FastifyError>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) request.log.error(error);
    const detail = status >= 500 ? 'Something broke on our side.' : error.message;
    const faults = error.validation?.map(({ instancePath, message }) => ({ at: instancePath, message }));
    return problem(request, reply, status, detail, faults && { faults });
  });
}

function problem(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  detail: string,
  more?: object,
) {
  return reply
    .code(status)
    .type('application/problem+json')
    .send({ title: STATUS_CODES[status], status, detail, instance: request.originalUrl, ...more });
}

/** An error that its reader caused, and may read. */
export function refusal(statusCode: number, message: string): Error {
  return Object.assign(new Error(message), { statusCode });
}
