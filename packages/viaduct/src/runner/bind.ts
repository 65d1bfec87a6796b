import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-code.js';

/** Where to listen. */
export type Bind =
  | { readonly kind: 'port'; readonly host: string | undefined; readonly port: number }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'descriptor'; readonly descriptor: number };

/** systemd hands over its first socket as this descriptor (sd_listen_fds(3)). */
const FIRST_PASSED_DESCRIPTOR = 3;

/** How an address may be written, for messages. */
export const BIND_FORMS = '127.0.0.1:3000, [::]:3000, :3000, unix:/run/app.sock, or fd://3';

/**
 * Reads an address.
 *
 * `127.0.0.1:3000`, `localhost:0`, `[::1]:3000` → host and port
 * `3000`, `:3000` → port, on every address of the machine
 * `unix:/run/app.sock`, `unix:app.sock` → the path of a Unix socket
 * `fd://3` → a socket that the parent process has opened
 *
 * @returns `undefined` when it is none of these.
 */
export function parseBind(text: string): Bind | undefined {
  const path = /^unix:(?:\/\/)?(?<path>.+)$/.exec(text)?.groups?.['path'];
  if (path !== undefined) return { kind: 'path', path };
  const descriptor = /^fd:\/\/(?<descriptor>\d{1,4})$/.exec(text)?.groups?.['descriptor'];
  if (descriptor !== undefined && Number(descriptor) >= FIRST_PASSED_DESCRIPTOR) {
    return { kind: 'descriptor', descriptor: Number(descriptor) };
  }
  const parts = /^(?:(?:\[(?<ipv6>[\da-fA-F:.]+)\]|(?<name>[^\s:/[\]]*)):)?(?<port>\d{1,5})$/.exec(text);
  const port = Number(parts?.groups?.['port'] ?? Number.NaN);
  if (parts === null || port > 65_535) return undefined;
  const host = parts.groups?.['ipv6'] ?? parts.groups?.['name'];
  return { kind: 'port', port, host: host === '' || host === '*' ? undefined : host };
}

/**
 * The socket that systemd has opened for this process, if any.
 *
 * The variables are removed, so that children do not take the socket for theirs.
 *
 * @throws {CommandError} When there are several.
 * @see sd_listen_fds(3)
 */
export function takePassedDescriptor(environment: NodeJS.ProcessEnv, pid: number): Bind | undefined {
  const { LISTEN_PID: forPid, LISTEN_FDS: count } = environment;
  if (count === undefined || Number(forPid) !== pid) return undefined;
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete environment[name];
  if (Number(count) !== 1) {
    throw new CommandError(
      EXIT.usage,
      `systemd has passed ${count} sockets (LISTEN_FDS), and one is served. Keep one ListenStream= in the socket unit.`,
    );
  }
  return { kind: 'descriptor', descriptor: FIRST_PASSED_DESCRIPTOR };
}

/** For messages: `127.0.0.1:3000`, `unix:/run/app.sock`, `descriptor 3`. */
export function describeBind(bind: Bind): string {
  if (bind.kind === 'path') return `unix:${bind.path}`;
  if (bind.kind === 'descriptor') return `descriptor ${bind.descriptor}`;
  if (bind.host === undefined) return `port ${bind.port}`;
  return bind.host.includes(':') ? `[${bind.host}]:${bind.port}` : `${bind.host}:${bind.port}`;
}
