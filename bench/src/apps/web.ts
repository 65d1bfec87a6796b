import type { AppSize } from '../workloads.js';
import { DOWNLOAD_LENGTH, streamDownloadToWeb } from './payloads.js';
import { findProduct } from './products.js';

/** What a web application answers with: the native class, or a light one. */
export type ResponseClass = new (body?: BodyInit | null, init?: ResponseInit) => Response;

/** A fetch handler as people write it, in the make that a workload asks. */
export function createWebApp(
  size: AppSize,
  Answer: ResponseClass = Response,
): (request: Request) => Response | Promise<Response> {
  return size === 'small' ? createSmall(Answer) : createFull(Answer);
}

function createSmall(Answer: ResponseClass): (request: Request) => Response {
  return function answer(request) {
    if (!request.url.endsWith('/hello')) return new Answer(null, { status: 404 });
    return new Answer('{"hello":"world"}', { headers: { 'content-type': 'application/json' } });
  };
}

function createFull(Answer: ResponseClass): (request: Request) => Response | Promise<Response> {
  return function answer(request) {
    const { pathname } = new URL(request.url);
    if (pathname === '/orders' && request.method === 'POST') return accept(request, Answer);
    if (pathname === '/echo' && request.method === 'POST') {
      return new Answer(request.body, { headers: { 'content-type': 'application/octet-stream' } });
    }
    if (pathname === '/download') {
      const headers = { 'content-type': 'application/octet-stream', 'content-length': DOWNLOAD_LENGTH };
      return new Answer(streamDownloadToWeb(), { headers });
    }
    const product = findProduct(Number(/^\/products\/(\d+)$/.exec(pathname)?.[1]));
    return product === undefined ? new Answer(null, { status: 404 }) : answerJson(Answer, 200, product);
  };
}

async function accept(request: Request, Answer: ResponseClass): Promise<Response> {
  const order = (await request.json()) as { product?: unknown };
  if (findProduct(Number(order.product)) === undefined) return new Answer(null, { status: 400 });
  return answerJson(Answer, 201, { ...order, isAccepted: true });
}

function answerJson(Answer: ResponseClass, status: number, value: unknown): Response {
  const body = JSON.stringify(value);
  return new Answer(body, {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    },
  });
}
