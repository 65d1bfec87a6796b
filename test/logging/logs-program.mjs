/** Serves with the logs that the settings in its argument describe, as `viaduct serve` does; `SIGUSR2` reopens them. */
import process from 'node:process';
import { createDispatcher, fromNode, serve } from 'viaduct';
import { createProgramLogs } from '../../packages/viaduct/dist/logging/program-logs.js';

const logs = createProgramLogs(JSON.parse(process.argv[2]));
process.on('SIGUSR2', logs.reopen);
process.on('SIGTERM', async () => {
  logs.log.info({ reason: 'SIGTERM' }, 'stopping');
  await server.close();
  await logs.close();
  process.exit();
});
const broken = fromNode(
  () => {
    throw new Error('no database');
  },
  { name: 'broken' },
);
const application = createDispatcher({ '/': () => new Response('hello'), '/broken': broken });
const server = await serve(logs.around(application), { port: 0, host: '127.0.0.1', onError: logs.onError });
process.send(server.url);
