import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What `serve` sets on its server, so that a bare application differs from it in the gateway alone. */
const settings = {
  keepAliveTimeout: 72_000,
  headersTimeout: 20_000,
  requestTimeout: 300_000,
  connectionsCheckingInterval: 1_000,
};

/** Serves a bare handler on a free port of the loopback address, by a server set as `serve` sets its own. */
export async function listen(handler: RequestListener): Promise<number> {
  const server = createServer(settings, handler);
  server.maxHeadersCount = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Some libraries type their listeners by shapes of their own. */
export function asListener(listener: (request: never, response: never) => unknown): RequestListener {
  return listener as RequestListener;
}
