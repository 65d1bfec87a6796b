import { env } from 'node:process';
import { loadApplication } from '../loading/load-application.js';
import { createErrorLog } from '../logging/error-log.js';
import { withAccessLog } from '../logging/access-log.js';
import { openLog } from '../logging/log-file.js';
import { readSettings } from '../settings/read-settings.js';
import type { Program, ProgramSource } from './program.js';

/**
 * Reads the settings, and imports the application that they are for.
 *
 * @throws {CommandError} When either cannot be read, in words that a user can act on.
 */
export async function loadProgram({ specifier, flags, cwd }: ProgramSource): Promise<Program> {
  const { settings } = await readSettings({ flags: new Map(flags), environment: env, cwd });
  const { application } = await loadApplication(specifier, { cwd, settings: { ...settings } });
  const { accessLog, accessLogFile, trustProxy, keepAliveTimeoutMs, maxTargetBytes, startTimeoutMs } =
    settings;
  const logged =
    accessLog === 'off'
      ? application
      : withAccessLog(application, { format: accessLog, destination: openLog(accessLogFile) });
  return {
    application: logged,
    settings,
    options: { trustProxy, keepAliveTimeoutMs, maxTargetBytes, startTimeoutMs, onError: createErrorLog() },
  };
}
