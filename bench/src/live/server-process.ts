import { setImmediate as turn } from 'node:timers/promises';
import { replyWith, serveParent } from '../child.js';
import { EVENT } from './event.js';
import { type LiveServer, WAYS } from './ways.js';

// The process of one way: node dist/live/server-process.js <name>

/** Publishes this many events, one a turn of the event loop; the answer is the CPU time of the process so far. */
export interface PublishCommand {
  readonly events: number;
}

let server: LiveServer | undefined;

await replyWith(async () => {
  const start = WAYS[process.argv[2] ?? ''];
  if (start === undefined) throw new Error(`no way "${process.argv[2]}"`);
  server = await start();
  return server.port;
});
serveParent<PublishCommand, number>(async ({ events }) => {
  for (let event = 0; event < events; event += 1) {
    server?.publish(EVENT);
    await turn();
  }
  const { user, system } = process.cpuUsage();
  return user + system;
});
