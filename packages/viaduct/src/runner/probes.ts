import type { FirstAnswer } from '@viaduct/node/internal';

export interface ProbeOptions {
  readonly readinessPath: string | undefined;
  readonly livenessPath: string | undefined;
  /** Whether the server takes requests, and means to go on. */
  isReady(): boolean;
}

/**
 * Answers the paths that load balancers and orchestrators ask, before anything else is done with a request: so a
 * process that is busy is not taken for one that is dead, and no log fills with them.
 *
 * `GET /readyz` → 200, or 503 once the server is about to stop
 * `GET /livez` → 200
 *
 * @returns `undefined` when there is no such path, so that it costs nothing.
 */
export function createProbes({
  readinessPath,
  livenessPath,
  isReady,
}: ProbeOptions): FirstAnswer | undefined {
  if (readinessPath === undefined && livenessPath === undefined) return undefined;

  /** @returns The answer's status, or `undefined` when it is the application's to answer. */
  function probe(target: string | undefined): 200 | 503 | undefined {
    if (target === livenessPath) return 200;
    if (target === readinessPath) return isReady() ? 200 : 503;
    return undefined;
  }

  return function answerProbe(request, response) {
    const status = probe(request.url);
    if (status === undefined) return false;
    // Without a listener a probe that sends a body would leave it unread, and the connection unusable.
    request.resume();
    response.writeHead(status, headersOf(status));
    response.end(request.method === 'HEAD' ? undefined : BODIES[status]);
    return true;
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
