import type { ApplicationLike } from '@viaduct/core';
import type { ServeOptions } from '@viaduct/node';

/** What a worker runs. */
export interface Program {
  readonly application: ApplicationLike;
  /** How it is served, but for the address. */
  readonly options: ServeOptions;
}

/**
 * Imports the application and reads its settings, in the worker: so a reload sees both as they are then.
 *
 * @param module `application.ts#application`, as on the command line.
 */
export type LoadProgram = (module: string | undefined) => Promise<Program>;
