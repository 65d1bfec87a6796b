import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import { Connection } from '../conformance/connection.js';
import type { WireResponse } from '../conformance/wire-response.js';

/** Closed after each test, the last opened first. */
const open: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

export function later(close: () => unknown): void {
  open.push(close);
}

/** A host that listens, with ways to talk to it. */
export interface Listening {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
}

/** Serves a bare framework, without Viaduct around it, on a free port. */
export async function listen(listener: RequestListener): Promise<Listening> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return listening(server);
}

/** A server that listens already: Fastify's own. */
export function listening(server: Server): Listening {
  const { port } = server.address() as AddressInfo;
  later(async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  return { url: `http://127.0.0.1:${port}`, port, server };
}

/** Sends one request byte for byte, since clients normalise targets, and reads its answer. */
export async function raw(
  { port }: Listening,
  target: string,
  method = 'GET',
  headers: readonly string[] = [],
  body = '',
): Promise<WireResponse> {
  const connection = await Connection.open(port);
  later(() => connection.socket.destroy());
  const head = [`${method} ${target} HTTP/1.1`, 'Host: shop.example', ...headers, '', ''].join('\r\n');
  await connection.write(head + body);
  return connection.read(method);
}
