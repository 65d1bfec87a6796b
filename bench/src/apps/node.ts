import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type AppSize, type Question, WORKLOAD_NAMES, WORKLOADS } from '../workloads.js';

/** `node:http` with nothing on it: gives the answer that is asked for, with no work but to send it. */
export function createNodeApp(size: AppSize): RequestListener {
  const questions = WORKLOAD_NAMES.map((name) => WORKLOADS[name])
    .filter((workload) => workload.size === size)
    .map(({ question }) => question);
  return function answer(request, response) {
    const { url = '' } = request;
    const question = questions.find(({ path }) => url.endsWith(path));
    if (question === undefined) return void response.writeHead(404).end();
    send(question, request, response);
  };
}

function send(
  { sent, status, headers, body: makeBody }: Question,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const body = makeBody();
  response.writeHead(status, { ...headers, 'content-length': body.length });
  if (sent === undefined) return void response.end(body);
  if (sent === body) return void request.pipe(response);
  request.resume().on('end', () => response.end(body));
}
