import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-code.js';
import type { GatheringClient } from './shapes.js';

/**
 * Loads the prom-client that the application's own metrics are kept by: the project's.
 *
 * @param cwd Folder of the project.
 * @throws {CommandError} When it is not installed there.
 */
export function loadPromClient(cwd: string): GatheringClient {
  try {
    return createRequire(join(cwd, 'package.json'))('prom-client') as GatheringClient;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CommandError(
      EXIT.usage,
      code === 'MODULE_NOT_FOUND'
        ? 'metrics needs prom-client, which is not installed here. Run npm install prom-client, or leave metrics out.'
        : `metrics needs prom-client, which failed to load: ${message}`,
      { cause: error },
    );
  }
}
