import type { ExitCode } from './exit-code.js';

/** A failure that the user can mend: printed as one message, without a stack. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;

  /** @param message What is wrong, where, and what to do about it. */
  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}
