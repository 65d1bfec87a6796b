import type { Metric } from '../metrics/shapes.js';
import type { ProgramSource } from './program.js';
import type { Settings } from '../settings/settings.js';

/**
 * Where a worker finds the listening socket: behind standard input, output, error and the channel to the
 * primary, which is the descriptor 3.
 */
export const LISTENING_DESCRIPTOR = 4;

/** What the primary tells a worker. */
export type Order =
  /** The first message: load the application, start it, listen, and report. */
  | { readonly type: 'boot'; readonly source: ProgramSource }
  /** The readiness path answers 503 from now on; everything else goes on as before. */
  | { readonly type: 'unready' }
  /** Log files have been moved away: open them anew. */
  | { readonly type: 'reopen-logs' }
  /** Tell what has been counted. */
  | { readonly type: 'metrics' }
  /** Take no more connections, answer what is under way until the time is up, stop the application, exit. */
  | { readonly type: 'drain'; readonly timeoutMs: number };

/** What a worker tells the primary. */
export type Report =
  /** The application has started and the worker accepts connections. The settings are those that it has read. */
  | { readonly type: 'ready'; readonly url: string; readonly settings: Settings }
  /** It never got that far, and exits. */
  | ({ readonly type: 'failed' } & BootFailure)
  | ({ readonly type: 'heartbeat' } & Heartbeat)
  /** Asks for a replacement, and goes on serving until it is told to drain. */
  | ({ readonly type: 'retire' } & Retirement)
  /** What it has counted: asked for, and once more before it goes. */
  | { readonly type: 'metrics'; readonly metrics: readonly Metric[] }
  /** So many requests got no whole answer when it was told to drain. The last message before the exit. */
  | { readonly type: 'cut'; readonly requests: number };

/** Why a worker did not get ready. */
export interface BootFailure {
  /** `load`: the module of the application could not be imported, or exports none. `start`: all that comes after. */
  readonly stage: 'load' | 'start';
  readonly message: string;
  /** Where it was thrown. */
  readonly stack?: string | undefined;
}

/** What a worker knew of itself when its event loop last turned. */
export interface Heartbeat {
  readonly residentBytes: number;
  readonly requestsUnderWay: number;
  /** The targets of a few of them. */
  readonly targets: readonly string[];
}

export interface Retirement {
  /** For the log: `served 1,000 requests`. */
  readonly reason: string;
  /** An error has left the worker in an unknown state: it must go, even when nobody can take its place. */
  readonly hasFailed: boolean;
}
