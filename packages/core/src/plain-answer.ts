import type { ServerResponse } from 'node:http';

/** The statuses that Viaduct itself answers, and what it says with them: never a name, a path or a stack. */
const TEXTS = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Content Too Large',
  414: 'URI Too Long',
  426: 'Upgrade Required',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
} as const;

export type PlainStatus = keyof typeof TEXTS;

type PlainHeaders = Readonly<Record<string, string>>;

/** Answers on the Node face with a line of plain text. */
export function sendPlain(response: ServerResponse, status: PlainStatus, extra?: PlainHeaders): void {
  response.writeHead(status, TEXTS[status], { ...headersOf(status), ...extra });
  response.end(TEXTS[status]);
}

/** The same answer on the web face. */
export function plainResponse(method: string, status: PlainStatus, extra?: PlainHeaders): Response {
  const body = method === 'HEAD' ? null : TEXTS[status];
  return new Response(body, {
    status,
    statusText: TEXTS[status],
    headers: { ...headersOf(status), ...extra },
  });
}

function headersOf(status: PlainStatus): PlainHeaders {
  return { 'content-type': 'text/plain; charset=utf-8', 'content-length': String(TEXTS[status].length) };
}
