import type { ApplicationLike } from '@viaduct/core';
import type { ServeOptions } from '@viaduct/node';
import type { GatheringClient } from '../metrics/shapes.js';
import type { Settings } from '../settings/settings.js';

/** Where an application and its settings come from. Each worker reads both anew: so a reload sees them as they are then. */
export interface ProgramSource {
  /** `application.ts#application`, as on the command line. */
  readonly specifier: string | undefined;
  /** The flags of the command line, read. */
  readonly flags: readonly (readonly [name: string, value: unknown])[];
  /** Folder that relative paths begin at. */
  readonly cwd: string;
}

/** What a process runs. */
export interface Program {
  readonly application: ApplicationLike;
  readonly settings: Settings;
  /** How it is served, but for the address. */
  readonly options: ServeOptions;
  /** After somebody has moved their files away. */
  reopenLogs(): void;
  /** Where its metrics are kept, when there are to be some. */
  readonly register: GatheringClient['register'] | undefined;
}
