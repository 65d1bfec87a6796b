import { createServer, type Server, type Socket } from 'node:net';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-code.js';

/** Who is given the connections; without one they wait. */
export type Taker = (connection: Socket) => void;

/** Holds the port from the first run to the last, and the connections that come between two. */
export class FrontDoor {
  readonly #waiting = new Set<Socket>();
  readonly #server: Server = createServer({ pauseOnConnect: true }, (connection) =>
    this.#arrived(connection),
  );
  #taker: Taker | undefined;

  /** @throws {CommandError} With exit code 5, when the address is taken or not allowed. */
  listen(port: number, host: string | undefined): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port, host)));
      this.#server.listen({ port, host }, () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  /** From now on `taker` is given every connection, those that wait first. */
  open(taker: Taker): void {
    this.#taker = taker;
    for (const connection of this.#waiting) {
      this.#waiting.delete(connection);
      if (!connection.destroyed) taker(connection);
    }
  }

  /** From now on connections wait. */
  hold(): void {
    this.#taker = undefined;
  }

  #arrived(connection: Socket): void {
    connection.on('error', ignore);
    if (this.#taker !== undefined) return this.#taker(connection);
    this.#waiting.add(connection);
    connection.once('close', () => this.#waiting.delete(connection));
  }
}

function listenError({ code, message }: NodeJS.ErrnoException, port: number, host = ''): CommandError {
  const why: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} is in use. Stop who uses it, or write --bind :${port + 1}.`,
    EACCES: `Port ${port} is not allowed. Ports from 1024 on are: --bind :3000.`,
  };
  return new CommandError(EXIT.listen, why[code ?? ''] ?? `Cannot listen on ${host}:${port}: ${message}`);
}

function ignore(): void {}
