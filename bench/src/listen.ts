import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What `serve` sets on its server, so that a bare application differs from it in the gateway alone. */
const settings = { keepAliveTimeout: 72_000, maxHeadersCount: 0 };

/** Serves a bare handler on a free port of the loopback address, by a server set as `serve` sets its own. */
export async function listen(handler: RequestListener): Promise<number> {
  const server = createServer(handler);
  Object.assign(server, settings);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}
