import type { Application } from './application.js';
import type { RequestContext } from './context.js';
import { failureOf } from './attribution.js';
import type { Forwarding } from './forwarding.js';

/** What an error listener learns besides the error, as far as it is known. */
export interface ErrorInfo {
  /** The application that failed. */
  readonly application?: Application;
  /** The keys it is mounted under, outermost first. */
  readonly mounts: readonly string[];
  readonly context?: RequestContext;
  /** Set when no request's own code caught the error, and it reached the process: `serve(…, { strayErrors })`. */
  readonly stray?: 'uncaughtException' | 'unhandledRejection';
  /** Where it is not known which application a stray error is of: those that had requests under way. */
  readonly suspects?: readonly Suspect[];
}

/** An application that may have failed. */
export interface Suspect {
  readonly application: Application;
  /** The keys it is mounted under, outermost first. */
  readonly mounts: readonly string[];
}

/** Learns of every failure, once. What it throws itself is printed and forgotten. */
export type ErrorListener = (error: unknown, info: ErrorInfo) => void;

export interface GatewayOptions {
  readonly onError?: ErrorListener | undefined;
  readonly forwarding?: Forwarding | undefined;
  /** Longer targets are answered with 414. Default 8,192. */
  readonly maxTargetBytes?: number | undefined;
}

/**
 * Where requests enter: what holds for all of them, and the work they leave behind.
 *
 * A server has one; a dispatcher that is called without a server has one of its own.
 */
export class Gateway {
  /** Absent where another server has read the forwarded headers already. */
  readonly forwarding: Forwarding | undefined;
  readonly maxTargetBytes: number;
  readonly #onError: ErrorListener | undefined;
  readonly #pending = new Set<Promise<unknown>>();

  constructor({ onError, forwarding, maxTargetBytes = 8_192 }: GatewayOptions = {}) {
    this.#onError = onError;
    this.forwarding = forwarding;
    this.maxTargetBytes = maxTargetBytes;
  }

  /** Tells the nearest listener of a failure: nothing is swallowed, and nothing is thrown. */
  report(
    error: unknown,
    info: ErrorInfo = { mounts: [] },
    nearest: ErrorListener | undefined = this.#onError,
  ): void {
    try {
      if (nearest === undefined) console.error(`viaduct: ${failureOf(info)}:`, error);
      else nearest(error, info);
    } catch (failure) {
      console.error('viaduct: the onError listener failed:', failure, 'when it was told of:', error);
    }
  }

  /** Keeps a promise that outlives its response, so that stopping can wait for it. */
  waitUntil(promise: Promise<unknown>, onFailure: (error: unknown) => void): void {
    const work = Promise.resolve(promise).then(undefined, onFailure);
    this.#pending.add(work);
    void work.then(() => this.#pending.delete(work));
  }

  /** How many promises given to `waitUntil` are not settled. */
  get pendingWork(): number {
    return this.#pending.size;
  }

  /** Resolves when no work is left, also work that was added while waiting. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }
}
