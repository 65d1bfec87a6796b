import type { OutgoingHttpHeaders, RequestListener } from 'node:http';
import { type AppSize, WORKLOAD_NAMES, WORKLOADS } from '../workloads.js';

/** An answer with nothing left to do but to send it. */
interface Ready {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: () => Buffer;
  /** What comes up goes down again. */
  readonly isEcho: boolean;
  readonly hasBody: boolean;
}

/** `node:http` with nothing on it: gives the answer that is asked for, with no work but to send it. */
export function createNodeApp(size: AppSize): RequestListener {
  const answers = new Map<string, Ready>();
  for (const name of WORKLOAD_NAMES) {
    const { size: asked, question } = WORKLOADS[name];
    if (asked !== size) continue;
    const { path, status, headers, body, sent } = question;
    const length = body().length;
    answers.set(path, {
      status,
      headers: { ...headers, 'content-length': length },
      body,
      isEcho: name === 'echo',
      hasBody: sent !== undefined,
    });
  }
  return function answer(request, response) {
    const ready = answers.get(request.url ?? '');
    if (ready === undefined) return void response.writeHead(404).end();
    response.writeHead(ready.status, ready.headers);
    if (ready.isEcho) return void request.pipe(response);
    if (!ready.hasBody) return void response.end(ready.body());
    request.resume().on('end', () => response.end(ready.body()));
  };
}
