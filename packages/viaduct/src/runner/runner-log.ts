/** Where the runner says what it does. A logger of pino's fits. */
export interface RunnerLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
