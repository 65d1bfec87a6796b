import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ViaductError } from '@viaduct/core';

/**
 * Opens the port.
 *
 * @throws {ViaductError} `VIADUCT_E_LISTEN`, saying why and what to do.
 */
export async function listen(server: Server, port: number, host: string | undefined): Promise<AddressInfo> {
  const where = host === undefined ? `port ${port}` : `port ${port} of ${host}`;
  try {
    const listening = once(server, 'listening');
    server.listen({ port, host });
    await listening;
  } catch (error) {
    throw new ViaductError('VIADUCT_E_LISTEN', `serve: cannot listen on ${where}: ${reason(error)}`, {
      cause: error,
    });
  }
  return server.address() as AddressInfo;
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return 'it is in use. Stop the other program, or choose another port.';
  if (code === 'EACCES') return 'this user may not. Choose a port from 1024 up, or let a proxy listen there.';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'this machine has no such address.';
  return message;
}
