import type { Application } from './application.js';
import type { ErrorInfo } from './gateway.js';
import { watchProcess } from './process-watch.js';

/** What whoever starts an application tells it, where it knows to listen. */
export interface Boot {
  /** The keys that the application is mounted under, outermost first. */
  readonly mounts: readonly string[];
  /** Told of failures that do not end the start: those of an isolated mount, and of a stop that nobody waits for. */
  readonly report: (error: unknown, info: ErrorInfo) => void;
  /** Told what the start waits for, each time that it goes on to something else. */
  readonly onWaiting?: ((place: string) => void) | undefined;
}

/**
 * A second way to call a `start`, on the function itself. It hands on what `start()` has no argument for: a
 * user's `start` may be any function, and what it would make of an argument nobody knows.
 *
 * A registered symbol, for two copies of this package.
 */
const TOLD: unique symbol = Symbol.for('viaduct.1.told-start');

type Start = NonNullable<Application['start']> & { [TOLD]?: (boot: Boot) => Promise<void> };

/** The `start` of an application that holds others, which are to be told too. */
export function createStart(told: (boot: Boot) => Promise<void>, alone: Boot): () => Promise<void> {
  return Object.assign(() => told(alone), { [TOLD]: told });
}

/** Calls an application's `start`; whatever it throws is a rejection. */
export async function startWith(application: Application, boot: Boot): Promise<void> {
  const start: Start | undefined = application.start;
  if (start === undefined) return undefined;
  const told = start[TOLD];
  if (told !== undefined) return told(boot);
  return watchProcess(() => application.start?.(), application, boot.mounts);
}
