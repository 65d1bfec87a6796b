import type { Context } from '@viaduct/core/internal';
import type { ConnectionFacts } from './socket.js';

/**
 * The connection that a request on the web face came on.
 *
 * Behind a trusted proxy its peer is the proxy, as on the Node face, and not the client of the context: a
 * framework that trusts the proxy works out the client itself, and believes `X-Forwarded-Host` of no other peer.
 */
export function connectionOf(context: Context): ConnectionFacts {
  return context.exchange.socket ?? new ToldConnection(context);
}

/** Without a socket, what the runtime tells of the client is all that is known. */
class ToldConnection implements ConnectionFacts {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  get remoteAddress(): string | undefined {
    return this.#context.clientAddress;
  }

  get encrypted(): boolean {
    return this.#context.protocol === 'https';
  }
}
