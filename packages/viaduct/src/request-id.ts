import {
  type Application,
  type ApplicationLike,
  type RequestContext,
  type RequestHead,
  ViaductTypeError,
  withHooks,
} from '@viaduct/core';
import { isFromTrustedProxy } from '@viaduct/core/internal';
import { TOKEN } from './token.js';

export interface RequestIdOptions {
  /** The header that carries the id, in and out. Default `x-request-id`. */
  readonly header?: string;
  /**
   * Whose ids are taken over. `proxies` (default): those of the proxies that the server trusts (`trustProxy`);
   * `everyone`: those of any client; `nobody`: every request gets a new one.
   */
  readonly accept?: 'proxies' | 'everyone' | 'nobody';
}

/**
 * Gives each request an id, in `context.state.requestId` and in the header of its answer, whoever answers.
 *
 * An id that comes in the header is taken over when whoever sent it may set it, and when it is well formed: up to
 * 128 letters, digits and `-_.:/+=@`. Any other is replaced by a random UUID. The request's own header stays as it
 * came: applications read the id from the state.
 *
 * @throws {ViaductTypeError} `VIADUCT_E_APPLICATION`, or `VIADUCT_E_OPTION` for an option that is unknown or wrong.
 */
export function withRequestId(application: ApplicationLike, options: RequestIdOptions = {}): Application {
  refuseWrongOptions(options);
  const { header = 'x-request-id', accept = 'proxies' } = options;
  const name = header.toLowerCase();

  function incoming(head: RequestHead, context: RequestContext): string | undefined {
    if (accept === 'nobody' || (accept === 'proxies' && !isFromTrustedProxy(context))) return undefined;
    const id = head.headers.get(name);
    return id !== null && WELL_FORMED.test(id) ? id : undefined;
  }

  return withHooks(application, {
    onRequest(head, context) {
      context.state['requestId'] = incoming(head, context) ?? crypto.randomUUID();
    },
    onResponse(head, context) {
      head.headers.set(name, String(context.state['requestId']));
    },
  });
}

/** What ids are made of, UUIDs, ULIDs, hex, Base64 and trace ids among them, and nothing that breaks a log or a header. */
const WELL_FORMED = /^[\w.:/+=@-]{1,128}$/;

const ACCEPT = ['proxies', 'everyone', 'nobody'];

function refuseWrongOptions({ header, accept, ...rest }: RequestIdOptions): void {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw wrongOption(`there is no option "${unknown}". Options are header, accept.`);
  }
  if (header !== undefined && (typeof header !== 'string' || !TOKEN.test(header))) {
    throw wrongOption(`header is ${JSON.stringify(header)}. Write the name of a header: 'x-request-id'.`);
  }
  if (accept !== undefined && !ACCEPT.includes(accept)) {
    throw wrongOption(`accept is ${JSON.stringify(accept)}. Write 'proxies', 'everyone' or 'nobody'.`);
  }
}

function wrongOption(fault: string): ViaductTypeError {
  return new ViaductTypeError('VIADUCT_E_OPTION', `withRequestId: ${fault}`);
}
