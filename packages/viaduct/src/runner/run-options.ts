import type { RunnerLog } from './runner-log.js';
import type { RunnerSettings } from './runner-settings.js';

export interface RunOptions {
  /** Which application, as on the command line: `application.ts#application`. */
  readonly module: string | undefined;
  readonly settings: RunnerSettings;
  readonly log: RunnerLog;
}
