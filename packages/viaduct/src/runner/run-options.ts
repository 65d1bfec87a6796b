import type { ProgramSource } from './program.js';
import type { RunnerLog } from './runner-log.js';
import type { Settings } from '../settings/settings.js';

export interface RunOptions {
  readonly source: ProgramSource;
  readonly settings: Settings;
  readonly log: RunnerLog;
}
