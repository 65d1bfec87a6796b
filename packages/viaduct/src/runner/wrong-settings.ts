import { resolve } from 'node:path';
import { platform } from 'node:process';
import { toError } from '@viaduct/core/internal';
import { toNode } from '@viaduct/node';
import { checkTlsOptions } from '@viaduct/node/internal';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-code.js';
import { openLog } from '../logging/log-file.js';
import { loadPromClient } from '../metrics/prom-client.js';
import { readBind } from './read-bind.js';
import { serveOptionsOf } from './serve-options.js';
import type { Settings } from '../settings/settings.js';

/**
 * Tries what a value alone does not tell, before anything is opened: so wrong use is told as such, and not as the
 * failure of a worker.
 *
 * @param cwd Folder that paths begin at.
 * @throws {CommandError} With exit code 2, saying what to write instead.
 */
export function refuseWrongSettings(settings: Settings, cwd: string): void {
  const { workers, metrics, accessLog, accessLogFile } = settings;
  if (platform === 'win32' && workers > 0) {
    throw wrong(
      'On Windows processes cannot share a listening socket, so there are no worker processes. Write --workers 0.',
    );
  }
  const options = serveOptionsOf(settings, cwd);
  if (metrics !== undefined) {
    readBind(metrics, cwd);
    loadPromClient(cwd);
  }
  try {
    toNode(() => new Response(null), options);
    if (options.tls !== undefined) checkTlsOptions(options.tls, 'TLS');
    if (accessLog !== 'off' && accessLogFile !== undefined) void openLog(resolve(cwd, accessLogFile)).close();
  } catch (error) {
    throw wrong(withFiles(toError(error).message.replace(/^(?:toNode|openLog|TLS): /, ''), settings));
  }
}

/** The files are what users of the command know, and have named rightly. */
function withFiles(message: string, { tlsCert, tlsKey }: Settings): string {
  return message
    .replace(/^tls\.(cert|key)/, (_, name) => `${name === 'cert' ? tlsCert : tlsKey}`)
    .replace(/ Write the contents of the file, not its name: .*$/, ' Name a PEM file.');
}

function wrong(message: string): CommandError {
  return new CommandError(EXIT.usage, message);
}
