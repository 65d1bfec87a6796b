/** The gateway in a process of its own, so that its heap, its handles and its death are its own. */
import { serve, type ServeOptions } from 'viaduct';
import { CERTIFICATE } from '../client/certificate.js';
import type { GatewayOptions } from '../client/gateway-handle.js';
import { Census } from './census.js';
import { createGateway } from './gateway.js';

const { listensToSignals, limits } = JSON.parse(process.argv[2] ?? '{}') as GatewayOptions;
const census = new Census();

/** Serves applications of its own on each port: those of two servers would start and stop together. */
function open(options: ServeOptions): ReturnType<typeof serve> {
  const application = census.around(
    createGateway(() => census.report()),
    listensToSignals ?? false,
  );
  return serve(application, {
    port: 0,
    host: '127.0.0.1',
    onError: () => census.report(),
    ...limits,
    ...options,
  });
}

const servers = [await open({}), await open({ tls: CERTIFICATE, http2: true })];
for (const { httpServer } of servers) census.watch(httpServer);

async function stop(): Promise<void> {
  await Promise.all(servers.map((server) => server.close()));
  process.disconnect();
}

process.on('message', (message) => {
  if (message === 'measure') void census.measure().then((measurement) => process.send?.(measurement));
  if (message === 'stop') void stop();
});
// Without the one who asks, nobody would ever stop it.
process.on('disconnect', () => process.exit());
process.send?.({ ports: servers.map(({ port }) => port) });
