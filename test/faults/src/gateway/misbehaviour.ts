import type { IncomingMessage, ServerResponse } from 'node:http';
import { contextOf } from 'viaduct';

type Misbehaviour = (id: string, response: ServerResponse, request: IncomingMessage) => void;

/** What a handler that has Node's own objects in its hands can do wrong, by the first segment of its URL. */
const MISBEHAVIOURS: Readonly<Record<string, Misbehaviour>> = {
  /** More is said than sent: the client waits for the rest, or takes the next answer for it. */
  short(id, response) {
    response.writeHead(200, { 'x-id': id, 'content-length': String(id.length + 10) });
    response.end(id);
  },
  long(id, response) {
    response.writeHead(200, { 'x-id': id, 'content-length': '1' });
    response.end(id);
  },
  'double-end'(id, response) {
    response.setHeader('x-id', id);
    response.end(id);
    response.end('again');
    response.write('and again', () => undefined);
  },
  'double-head'(id, response) {
    response.setHeader('x-id', id);
    response.end(id);
    try {
      response.writeHead(500);
    } catch {
      // As an error handler would that comes too late.
    }
  },
  'throw-finished'(id, response, request) {
    contextOf(request).onFinished(() => {
      throw new Error(`thrown when ${id} had ended`);
    });
    response.setHeader('x-id', id);
    response.end(id);
  },
  /** Never answers, also after `reply.hijack()` and `ctx.respond = false`: the client gives up, or the server does. */
  hang() {},
  cut(id, response) {
    response.write(id);
    response.destroy(new Error(`cut for ${id}`));
  },
};

/** @returns Whether the URL asked for it, and it was done. */
export function misbehave(url: string, request: IncomingMessage, response: ServerResponse): boolean {
  const [, what = '', id = ''] = url.split('/');
  const misbehaviour = MISBEHAVIOURS[what];
  if (misbehaviour === undefined) return false;
  misbehaviour(id, response, request);
  return true;
}
