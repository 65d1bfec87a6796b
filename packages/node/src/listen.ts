import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ViaductError } from '@viaduct/core';
import type { Endpoint } from './endpoint.js';
import { removeStaleSocket } from './stale-socket.js';

/**
 * Opens the port or socket.
 *
 * @returns Address and port; of a UNIX socket its path, or `fd:3` where it was inherited, since Node does not
 * tell its path then.
 * @throws {ViaductError} `VIADUCT_E_LISTEN`, saying why and what to do.
 */
export async function listen(server: Server, endpoint: Endpoint): Promise<AddressInfo | string> {
  try {
    await open(server, endpoint);
  } catch (error) {
    throw cannotListen(endpoint, reason(error, endpoint), error);
  }
  const address = server.address();
  if (address !== null) return address;
  return 'path' in endpoint ? endpoint.path : `fd:${'fd' in endpoint ? endpoint.fd : ''}`;
}

async function open(server: Server, endpoint: Endpoint): Promise<void> {
  try {
    await tryOpen(server, endpoint);
  } catch (error) {
    if (!('path' in endpoint) || codeOf(error) !== 'EADDRINUSE') throw error;
    const occupation = await removeStaleSocket(endpoint.path);
    if (occupation !== undefined) throw new Error(occupation, { cause: error });
    await tryOpen(server, endpoint);
  }
}

/** Some errors are thrown at once, others come as an event. */
async function tryOpen(server: Server, endpoint: Endpoint): Promise<void> {
  const waiting = new AbortController();
  const listening = once(server, 'listening', { signal: waiting.signal });
  try {
    server.listen(endpoint);
  } catch (error) {
    listening.catch(() => undefined);
    waiting.abort();
    throw error;
  }
  await listening;
}

function cannotListen(endpoint: Endpoint, why: string, cause: unknown): ViaductError {
  return new ViaductError('VIADUCT_E_LISTEN', `serve: cannot listen on ${placeOf(endpoint)}: ${why}`, {
    cause,
  });
}

function placeOf(endpoint: Endpoint): string {
  if ('path' in endpoint) return `the UNIX socket ${endpoint.path}`;
  if ('fd' in endpoint) return `descriptor ${endpoint.fd}`;
  return endpoint.host === undefined ? `port ${endpoint.port}` : `port ${endpoint.port} of ${endpoint.host}`;
}

function reason(error: unknown, endpoint: Endpoint): string {
  const { message } = error as Error;
  if ('fd' in endpoint) {
    return `${message}. It must be a socket that this process inherited, bound and of kind stream.`;
  }
  if ('path' in endpoint) return `${socketReason(codeOf(error)) ?? message}. Choose another path.`;
  return portReason(codeOf(error)) ?? message;
}

function socketReason(code: string | undefined): string | undefined {
  if (code === 'EACCES') return 'this user may not write there, or the directory is not there';
  if (code === 'ENOENT') return 'the directory is not there';
  return undefined;
}

function portReason(code: string | undefined): string | undefined {
  if (code === 'EADDRINUSE') return 'it is in use. Stop the other program, or choose another port.';
  if (code === 'EACCES') return 'this user may not. Choose a port from 1024 up, or let a proxy listen there.';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'this machine has no such address.';
  return undefined;
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
