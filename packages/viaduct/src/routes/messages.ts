import type { ExitCode } from '../exit-code.js';

/** What the throw-away process of `viaduct routes` is told by its environment. */
export interface RoutesOrder {
  readonly specifier: string | undefined;
  /** The request to explain; without one, the table. */
  readonly request: { readonly method: string; readonly target: string; readonly host: string } | undefined;
  readonly isJson: boolean;
  /** The flags of the command line, read. */
  readonly flags: readonly (readonly [name: string, value: unknown])[];
  readonly cwd: string;
}

/** What it answers, once. */
export type RoutesMessage =
  | {
      readonly type: 'told';
      readonly text: string;
      /** Why the application did not start, so that routes may be missing. */
      readonly startFailure: string | undefined;
    }
  | {
      readonly type: 'failed';
      readonly exitCode: ExitCode;
      readonly message: string;
      readonly stack: string | undefined;
    };
