import { resolve } from 'node:path';
import { env } from 'node:process';
import { loadApplication } from '../loading/load-application.js';
import { createProgramLogs } from '../logging/program-logs.js';
import { loadPromClient } from '../metrics/prom-client.js';
import { withMetrics } from '../metrics/with-metrics.js';
import { readSettings } from '../settings/read-settings.js';
import type { Program, ProgramSource } from './program.js';
import { serveOptionsOf } from './serve-options.js';
import { withWarmUp } from './warm-up.js';

/**
 * Reads the settings, and imports the application that they are for.
 *
 * @throws {CommandError} When either cannot be read, in words that a user can act on.
 */
export async function loadProgram({ specifier, flags, cwd }: ProgramSource): Promise<Program> {
  const { settings } = await readSettings({ flags: new Map(flags), environment: env, cwd });
  const { application } = await loadApplication(specifier, { cwd, settings: { ...settings } });
  const logs = createProgramLogs({ ...settings, accessLogFile: inFolder(cwd, settings.accessLogFile) });
  const client = settings.metrics === undefined ? undefined : loadPromClient(cwd);
  const logged = logs.around(withWarmUp(application, settings.warmUp));
  return {
    application: client === undefined ? logged : withMetrics(logged, { client }),
    register: client?.register,
    settings,
    reopenLogs: logs.reopen,
    options: { ...serveOptionsOf(settings, cwd), onError: logs.onError },
  };
}

function inFolder(cwd: string, path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(cwd, path);
}
