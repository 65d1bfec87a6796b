import { stderr } from 'node:process';
import { type Level, pino } from 'pino';
import { openStandardError } from '../logging/log-file.js';
import { asciiOnly } from '../logging/printable.js';
import { readableLine } from './readable-line.js';

/** Where the runner says what it does. A logger of pino's fits. */
export interface RunnerLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/**
 * Writes to standard error, where it does not mix with the access log: JSON lines, or, on a terminal, lines for the
 * person who sits there.
 */
export function createRunnerLog(level: Level): RunnerLog {
  const events = openStandardError();
  const show = stderr.isTTY ? readableLine : asciiOnly;
  return pino({ level, base: { name: 'viaduct' } }, { write: (line) => events.write(show(line)) });
}
