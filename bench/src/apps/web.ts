import type { Question } from '../contender.js';
import { askForProduct, findProduct } from './products.js';

/** What a web application answers with: the native class, or a light one. */
type ResponseClass = new (body: string, init: ResponseInit) => Response;

/** Asks the web application. */
export const askWeb: Question = askForProduct('');

/** A fetch handler as people write it: one product as JSON. */
export function createWebApp(Answer: ResponseClass): (request: Request) => Response {
  return function answer(request) {
    const match = /\/products\/(\d+)/.exec(request.url);
    const body = JSON.stringify(findProduct(Number(match?.[1])));
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
    };
    return new Answer(body, { headers });
  };
}
