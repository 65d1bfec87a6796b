import { stderr } from 'node:process';
import { type Level, pino } from 'pino';

/** Where the runner says what it does. A logger of pino's fits. */
export interface RunnerLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** JSON lines on standard error, where they do not mix with the access log. */
export function createRunnerLog(level: Level): RunnerLog {
  return pino({ level, base: { name: 'viaduct' } }, { write: (line) => void stderr.write(line) });
}
