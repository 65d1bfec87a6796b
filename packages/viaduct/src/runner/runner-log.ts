import { type Level, pino } from 'pino';
import { openStandardError } from '../logging/log-file.js';
import { asciiOnly } from '../logging/printable.js';

/** Where the runner says what it does. A logger of pino's fits. */
export interface RunnerLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** JSON lines on standard error, where they do not mix with the access log. */
export function createRunnerLog(level: Level): RunnerLog {
  const events = openStandardError();
  return pino({ level, base: { name: 'viaduct' } }, { write: (line) => events.write(asciiOnly(line)) });
}
