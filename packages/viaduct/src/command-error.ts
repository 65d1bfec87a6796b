import type { ExitCode } from './exit-code.js';

export interface CommandErrorOptions extends ErrorOptions {
  readonly isLogged?: boolean;
}

/** A failure that the user can mend: printed as one message, without a stack. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;
  /** Whether it has been said already: by the log, or among the questions. */
  readonly isLogged: boolean;

  /** @param message What is wrong, where, and what to do about it. */
  constructor(exitCode: ExitCode, message: string, options: CommandErrorOptions = {}) {
    super(message, options);
    this.name = 'CommandError';
    this.exitCode = exitCode;
    this.isLogged = options.isLogged ?? false;
  }
}
