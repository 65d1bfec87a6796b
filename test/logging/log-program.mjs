/** Serves two words with an access log on standard output, or in the file that is named; `SIGUSR2` reopens it. */
import process from 'node:process';
import { serve, toApplication } from 'viaduct';
import { openLog, withAccessLog } from 'viaduct/logging';

const destination = openLog(process.argv[2]);
process.on('SIGUSR2', () => destination.reopen());
process.on('SIGTERM', async () => {
  await server.close();
  await destination.close();
  process.exit();
});
const application = toApplication(() => new Response('hello'));
const server = await serve(withAccessLog(application, { destination }), { port: 0, host: '127.0.0.1' });
process.stderr.write(`${server.port}\n`);
