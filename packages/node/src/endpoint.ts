import { platform } from 'node:process';
import { ViaductTypeError } from '@viaduct/core';

/** Where a server listens: `port` and `host`, or `path`, or `fd`. */
export interface EndpointOptions {
  /** Default 3000; 0 takes any free port. */
  readonly port?: number;
  /** Address to listen on. Default: every address of the machine. */
  readonly host?: string;
  /**
   * A UNIX socket to listen on in the place of a port: `/run/shop.sock`. A socket that a process left behind
   * when it was killed is replaced; one that a process listens on, or a file of another kind, is an error.
   */
  readonly path?: string;
  /**
   * A descriptor that this process inherited, bound to a port or UNIX socket already: 3 with systemd's socket
   * activation.
   */
  readonly fd?: number;
}

/** One of the three ways to listen. */
export type Endpoint =
  | { readonly port: number; readonly host: string | undefined }
  | { readonly path: string }
  | { readonly fd: number };

/** @throws {ViaductTypeError} `VIADUCT_E_OPTION`, saying what is wrong and what to write. */
export function toEndpoint({ port, host, path, fd }: EndpointOptions): Endpoint {
  const given = Object.entries({ port, host, path, fd }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  if (given.length > 1 && (path !== undefined || fd !== undefined)) {
    throw wrong(
      `${given.join(' and ')} were given, and a server listens in one place. Write port and host, or path, or fd.`,
    );
  }
  if (path !== undefined) {
    if (typeof path === 'string' && path !== '' && !path.includes('\0'))
      return { path: ofUsableLength(path) };
    throw wrong(`path is ${JSON.stringify(path)}. Write where the UNIX socket is to be: "/run/shop.sock".`);
  }
  if (fd !== undefined) {
    if (isWholeNumber(fd, 0x7f_ff_ff_ff)) return { fd };
    throw wrong(`fd is ${JSON.stringify(fd)}. Write the number of an open descriptor: 3.`);
  }
  if (port !== undefined && !isWholeNumber(port, 65_535)) {
    throw wrong(`port is ${JSON.stringify(port)}. Write a whole number from 0 (any free port) to 65535.`);
  }
  return { port: port ?? 3000, host };
}

/** Systems cut a longer path off without a word, and the socket then has another name. */
export const LONGEST_PATH_BYTES: number = platform === 'linux' ? 107 : 103;

function ofUsableLength(path: string): string {
  const length = Buffer.byteLength(path);
  if (length <= LONGEST_PATH_BYTES || platform === 'win32') return path;
  throw wrong(
    `path has ${length} bytes, and the path of a UNIX socket at most ${LONGEST_PATH_BYTES}. Write a shorter one.`,
  );
}

function isWholeNumber(value: unknown, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

function wrong(fault: string): ViaductTypeError {
  return new ViaductTypeError('VIADUCT_E_OPTION', `serve: ${fault}`);
}
