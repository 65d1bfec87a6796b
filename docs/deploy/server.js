/** Serves an application as the files in this folder start it: copy it beside your `application.js`. */
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { createDispatcher, serve, withRequestId } from 'viaduct';
import { createErrorLog, openLog, withAccessLog } from 'viaduct/logging';
import { application } from './application.js';

const { env, pid } = process;
let isReady = true;

const served = createDispatcher({
  '/': application,
  // The event loop turns.
  '/livez': () => new Response('alive\n'),
  // Turns false before the port closes, so that a load balancer can notice in time.
  '/readyz': () => new Response(isReady ? 'ready\n' : 'stopping\n', { status: isReady ? 200 : 503 }),
});

const log = openLog(env.ACCESS_LOG);
process.on('SIGUSR2', () => log.reopen());

// systemd hands a socket over as descriptor 3, and says for which process it is meant.
const isInherited = env.LISTEN_FDS === '1' && env.LISTEN_PID === String(pid);
const server = await serve(withAccessLog(withRequestId(served), { destination: log }), {
  ...(isInherited ? { fd: 3 } : { host: env.HOST ?? '127.0.0.1', port: Number(env.PORT ?? 3000) }),
  ...(env.TRUST_PROXY === undefined ? {} : { trustProxy: env.TRUST_PROXY }),
  closeTimeoutMs: Number(env.CLOSE_TIMEOUT_MS ?? 8_000),
  onError: createErrorLog({ destination: log }),
});

let isStopping = false;
async function stop() {
  // Said twice: at once.
  if (isStopping) return void server.close({ timeoutMs: 0 });
  isStopping = true;
  isReady = false;
  await delay(Number(env.READINESS_DELAY_MS ?? 0));
  await server.close();
  await log.close();
  process.exit();
}
// As process 1 of a container a program gets no signal that it does not listen for.
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, stop);
