import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Application } from '@viaduct/core';

export interface ProbeOptions {
  readonly readinessPath: string | undefined;
  readonly livenessPath: string | undefined;
  /** Whether the server takes requests, and means to go on. */
  isReady(): boolean;
}

/**
 * Answers the paths that load balancers and orchestrators ask, before the application sees them.
 *
 * `GET /readyz` → 200, or 503 once the server is about to stop
 * `GET /livez` → 200
 *
 * @returns The application itself when there is no such path, so that it costs nothing.
 */
export function withProbes(application: Application, options: ProbeOptions): Application {
  const { readinessPath, livenessPath, isReady } = options;
  if (readinessPath === undefined && livenessPath === undefined) return application;
  const { handle, upgrade } = application;

  /** @returns The answer's status, or `undefined` when it is the application's to answer. */
  function probe(target: string): 200 | 503 | undefined {
    if (target === livenessPath) return 200;
    if (target === readinessPath) return isReady() ? 200 : 503;
    return undefined;
  }

  function answerFirst(request: IncomingMessage, response: ServerResponse): void | Promise<void> {
    const status = probe(request.url ?? '');
    if (status === undefined) return handle?.call(application, request, response);
    // Without a listener a probe that sends a body would leave it unread, and the connection unusable.
    request.resume();
    response.writeHead(status, headersOf(status));
    response.end(request.method === 'HEAD' ? undefined : BODIES[status]);
    return undefined;
  }

  return {
    ...(application.name !== undefined && { name: application.name }),
    fetch(request, context) {
      const status = probe(pathOf(request.url));
      if (status === undefined) return application.fetch(request, context);
      return new Response(request.method === 'HEAD' ? null : BODIES[status], {
        status,
        headers: headersOf(status),
      });
    },
    ...(handle !== undefined && { handle: answerFirst }),
    ...(upgrade !== undefined && { upgrade: upgrade.bind(application) }),
    start: () => application.start?.(),
    stop: () => application.stop?.(),
  };
}

const BODIES = { 200: 'ok\n', 503: 'stopping\n' } as const;

function headersOf(status: 200 | 503): Record<string, string> {
  return {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(BODIES[status].length),
    'cache-control': 'no-store',
  };
}

function pathOf(url: string): string {
  return new URL(url).pathname;
}
