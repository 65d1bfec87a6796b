import { Socket } from 'node:net';
import { env, exit } from 'node:process';
import { lint, type Violation } from '@viaduct/core';
import { serve, type Server } from '@viaduct/node';
import { describeApplication } from '../explain/described-application.js';
import { routesTable } from '../explain/routes-table.js';
import { loadApplication } from '../loading/load-application.js';
import { withAccessLog } from '../logging/access-log.js';
import { surviveBrokenOutput } from '../runner/broken-output.js';
import { readSettings } from '../settings/read-settings.js';
import { toFailure } from './failure.js';
import type { RunMessage, RunOrder, WatcherMessage } from './messages.js';
import { requestLines } from './request-line.js';
import { trackImports } from './track-imports.js';

/* One run of the application, in a process of its own: `viaduct dev` starts it anew for every change. */
const order = JSON.parse(env['VIADUCT_DEV_RUN'] ?? '{}') as RunOrder;
// What the application starts itself shall not take itself for a run.
delete env['VIADUCT_DEV_RUN'];
// Ctrl-C reaches every process of a terminal: the one that watches decides.
process.on('SIGINT', () => undefined);
// So does the end of the terminal, which nothing can be written to any more.
process.on('SIGHUP', () => undefined);
surviveBrokenOutput();
process.on('disconnect', () => exit(0));

const toldViolations = new Set<string>();
let server: Server | undefined;
process.on('message', (message: WatcherMessage, connection: unknown) => {
  if (message.type === 'stop') void stop(message.timeoutMs);
  else if (connection instanceof Socket) take(connection);
});

try {
  await trackImports((files) => send({ type: 'imported', files }));
  const { specifier, flags, cwd } = order;
  const { settings } = await readSettings({ flags: new Map(flags), environment: env, cwd });
  const { application } = await loadApplication(specifier, { cwd, settings: { ...settings } });
  const watched = order.lints ? lint(application, { mode: 'warn', onViolation: tellViolation }) : application;
  const logged = withAccessLog(watched, { logger: requestLines((line) => console.log(line)) });
  // A port that nobody is told of: connections come from the process that watches, which keeps the real one.
  server = await serve(logged, { port: 0, host: '127.0.0.1', startTimeoutMs: settings.startTimeoutMs });
  // A connection that was kept would go on asking this run when there is a newer one.
  server.httpServer.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false;
  });
  send({ type: 'ready', table: routesTable(describeApplication(application)) });
} catch (error) {
  // The messages of the module hooks are on their way, from a thread of their own.
  setImmediate(() => process.send?.({ type: 'failed', failure: toFailure(error) }, () => exit(1)));
}

function send(message: RunMessage): void {
  if (process.connected) process.send?.(message);
}

function take(connection: Socket): void {
  if (server === undefined) return void connection.destroy();
  server.httpServer.emit('connection', connection);
  connection.resume();
}

async function stop(timeoutMs: number): Promise<void> {
  await server?.close({ timeoutMs }).catch((error: unknown) => console.error(error));
  exit(0);
}

/** Once for each check and application, on each face. */
function tellViolation({ id, application, face, message }: Violation): void {
  const key = `${id} ${application} ${face}`;
  if (toldViolations.has(key)) return;
  toldViolations.add(key);
  console.warn(message);
}
