import type { Failure } from './failure.js';

/** What a run of the application tells the process that watches over it. */
export type RunMessage =
  /** Modules that were imported, by absolute path. */
  | { readonly type: 'imported'; readonly files: readonly string[] }
  /** It has started, and takes connections. */
  | { readonly type: 'ready'; readonly table: string }
  | { readonly type: 'failed'; readonly failure: Failure };

/** What the watching process tells a run; a connection comes with `connection`. */
export type WatcherMessage =
  | { readonly type: 'connection' }
  | { readonly type: 'stop'; readonly timeoutMs: number };

/** What a run is told by its environment. */
export interface RunOrder {
  readonly specifier: string | undefined;
  /** The flags of the command line, read: the configuration file is read anew by each run. */
  readonly flags: readonly (readonly [name: string, value: unknown])[];
  readonly cwd: string;
  readonly lints: boolean;
}
