/** The gateway in a process of its own, so that its heap, its handles and its death are its own. */
import { serve } from 'viaduct';
import { Census } from './census.js';
import { createGateway } from './gateway.js';

const census = new Census();
const application = census.around(createGateway(() => census.report()));
const server = await serve(application, { port: 0, host: '127.0.0.1', onError: () => census.report() });
census.watch(server.httpServer);

process.on('message', (message) => {
  if (message === 'measure') void census.measure().then((measurement) => process.send?.(measurement));
  if (message === 'stop') void server.close().then(() => process.disconnect());
});
// Without the one who asks, nobody would ever stop it.
process.on('disconnect', () => process.exit());
process.send?.({ port: server.port });
