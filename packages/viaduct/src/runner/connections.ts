import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How many targets a report names. */
const NAMED_TARGETS = 5;

/** Node keeps the answer under way on the socket; there is no public way from the one to the other. */
type HttpSocket = Socket & {
  readonly _httpMessage?: (ServerResponse & { readonly req: IncomingMessage }) | null;
};

export interface UnderWay {
  readonly requests: number;
  /** The targets of a few of them, as they came. */
  readonly targets: readonly string[];
}

/**
 * Knows which requests are under way, at a cost per connection and none per request.
 */
export class Connections {
  readonly #sockets = new Set<HttpSocket>();

  constructor(server: Server) {
    const add = (socket: HttpSocket): void => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    };
    server.on('connection', add);
    // Over TLS, the socket that carries HTTP is another one.
    server.on('secureConnection', add);
  }

  get underWay(): UnderWay {
    const busy = [...this.#sockets].flatMap(({ _httpMessage: response }) => response ?? []);
    return {
      requests: busy.length,
      targets: busy.slice(0, NAMED_TARGETS).map(({ req }) => `${req.method} ${req.url}`),
    };
  }
}
