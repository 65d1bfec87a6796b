import { IncomingMessage, maxHeaderSize, METHODS, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { RecordedRequest } from '@viaduct/core/internal';
import type { RefusedVerdict } from './explanation.js';

/** A request on Node's own objects that never was on a wire, and the response that it would get. */
export interface ImaginedRequest {
  readonly request: RecordedRequest;
  /** Written by nobody but the gateway, when it refuses. */
  readonly response: ServerResponse;
}

export function imagineRequest(method: string, target: string, host: string): ImaginedRequest {
  const request = new IncomingMessage(new Socket());
  request.method = method;
  request.url = target;
  request.httpVersion = '1.1';
  request.httpVersionMajor = 1;
  request.httpVersionMinor = 1;
  request.rawHeaders.push('Host', host);
  request.headers.host = host;
  request.push(null);
  return { request, response: new ServerResponse(request) };
}

/** What Node's parser, or the server, answers before the gateway sees a request. */
export function refusalBeforeEntry({
  method,
  target,
}: {
  method: string;
  target: string;
}): RefusedVerdict | undefined {
  if (!METHODS.includes(method)) {
    return { kind: 'refused', status: 400, reason: `Node's parser knows no method "${method}".` };
  }
  if (method === 'CONNECT') return { kind: 'refused', status: 501, reason: 'the server is no tunnel.' };
  if (target.length >= maxHeaderSize) {
    return { kind: 'refused', status: 431, reason: "it is longer than Node's parser takes a whole head." };
  }
  if (!PARSED.test(target)) {
    return {
      kind: 'refused',
      status: 400,
      reason:
        "Node's parser takes no such target: it begins with / or a scheme, without blanks and bytes beyond ASCII.",
    };
  }
  return undefined;
}

/** llhttp: `/` or `*` and whatever is visible ASCII, or a scheme of letters with `://`. */
const PARSED = /^(?:[/*]|[a-z]+:\/\/)[\x21-\x7e]*$/i;
