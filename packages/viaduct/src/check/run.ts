import { env } from 'node:process';
import { type Application, lint, type Violation } from '@viaduct/core';
import { serve } from '@viaduct/node';
import { explainRequest } from '../explain/explain-request.js';
import { type LoadedApplication, loadApplication } from '../loading/load-application.js';
import { readSettings } from '../settings/read-settings.js';
import type { CheckMessage, Finding, Stage } from './finding.js';
import { mountOf } from './mount-of.js';
import { tryCorpus } from './try-corpus.js';

/* The throw-away process of `viaduct check`: loads, starts, tries and stops an application, and ends by itself if it can. */
const { specifier, cwd } = JSON.parse(env['VIADUCT_CHECK_RUN'] ?? '{}') as {
  specifier?: string;
  cwd: string;
};
delete env['VIADUCT_CHECK_RUN'];
const told = new Set<string>();
/** Of the requests that are being sent. */
let host = 'localhost';

process.on('unhandledRejection', (error) => unhandled('a rejection', error));
process.on('uncaughtException', (error) => unhandled('an exception', error));

try {
  await check();
} catch {
  // Told where it happened.
}
send({ type: 'stage', stage: 'end' });
// Told by a timer that holds nothing: a process that has ended by then has nothing open.
setTimeout(() => {
  const kinds = [...new Set(process.getActiveResourcesInfo())].filter((kind) => kind !== 'PipeWrap');
  tell({
    id: 'open-handles',
    blames: 'application',
    message: `after stop() something keeps the process alive: ${kinds.join(', ') || 'unknown'}`,
    cure: 'Close in stop() what start() or the module has opened: timers, servers, connections.',
  });
}, 1_000).unref();
process.channel?.unref();

async function check(): Promise<void> {
  const { application } = await at('load', 'Mend the module; viaduct dev shows the place.', () => load());
  const server = await at('start', 'Mend start(), or what it needs.', () =>
    serve(
      lint(application, { mode: 'warn', onViolation: (violation) => tellViolation(violation, application) }),
      {
        port: 0,
        host: '127.0.0.1',
        onError: ignore,
      },
    ),
  );
  stage('try');
  const requests = await tryCorpus({
    application,
    port: server.port,
    tell,
    begin(place) {
      ({ host } = place);
      send({ type: 'place', name: place.name });
    },
  });
  send({ type: 'tried', requests });
  await at('stop', 'Mend stop().', () => server.close({ timeoutMs: 1_000 }));
}

async function load(): Promise<LoadedApplication> {
  const { settings } = await readSettings({ flags: new Map(), environment: env, cwd });
  return loadApplication(specifier, { cwd, settings: { ...settings } });
}

async function at<Value>(
  name: 'load' | 'start' | 'stop',
  cure: string,
  run: () => Promise<Value>,
): Promise<Value> {
  stage(name);
  try {
    return await run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    tell({ id: name, blames: 'application', message, cure });
    throw error;
  }
}

function unhandled(what: string, error: unknown): void {
  tell({
    id: 'unhandled',
    blames: 'application',
    message: `${what} that nobody handles: ${error instanceof Error ? error.message : String(error)}`,
    cure: 'Await the promise, or catch what it is rejected with; in production it ends the process.',
  });
}

function tellViolation({ id, blames, message, cure, request }: Violation, application: Application): void {
  const [method = '', target = ''] = request.split(' ');
  const mount = target === '' ? undefined : mountOf(explainRequest(application, { method, target, host }));
  tell({ id, blames, message, cure, mount });
}

/** Each check once for a mount: one example is enough to mend it. */
function tell(finding: Finding): void {
  const key = `${finding.id} ${finding.mount ?? ''}`;
  if (told.has(key)) return;
  told.add(key);
  send({ type: 'finding', finding });
}

function stage(name: Stage): void {
  send({ type: 'stage', stage: name });
}

function send(message: CheckMessage): void {
  if (process.connected) process.send?.(message);
}

/** Failures of requests are seen in their answers. */
function ignore(): void {}
