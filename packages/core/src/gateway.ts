import type { Application } from './application.js';
import type { RequestContext } from './context.js';
import { failureOf } from './attribution.js';
import { describeThrown } from './errors.js';
import { SERVER_LIMITS, type ServerLimits } from './limits.js';
import type { Forwarding } from './forwarding.js';
import { isThenable } from './thenable.js';
import { setTimeLimit } from './time-limit.js';

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

/** Learns of every failure, once. What it throws itself, or rejects with, is printed and forgotten. */
export type ErrorListener = (error: unknown, info: ErrorInfo) => void;

export interface GatewayOptions {
  readonly onError?: ErrorListener | undefined;
  readonly forwarding?: Forwarding | undefined;
  /** What a server lets through. Default: no limits but that of targets, since a server in front has them. */
  readonly limits?: ServerLimits | undefined;
}

/** How long a stop waits for work, where nothing is written: less than the 10 s that Docker waits. */
export const WORK_TIMEOUT_MS = 8_000;

const UNLIMITED: ServerLimits = {
  maxHeaders: Infinity,
  maxBodyBytes: Infinity,
  handlerTimeoutMs: Infinity,
};

/**
 * Where requests enter: what holds for all of them, and the work they leave behind.
 *
 * A server has one; a dispatcher that is called without a server has one of its own.
 */
export class Gateway {
  /** Absent where another server has read the forwarded headers already. */
  readonly forwarding: Forwarding | undefined;
  readonly limits: Required<ServerLimits>;
  readonly #onError: ErrorListener | undefined;
  readonly #pending = new Set<Promise<unknown>>();

  constructor({ onError, forwarding, limits = UNLIMITED }: GatewayOptions = {}) {
    this.#onError = onError;
    this.forwarding = forwarding;
    this.limits = { ...SERVER_LIMITS, ...limits };
  }

  /** Tells the nearest listener of a failure: nothing is swallowed, and nothing is thrown. */
  report(
    error: unknown,
    info: ErrorInfo = { mounts: [] },
    nearest: ErrorListener | undefined = this.#onError,
  ): void {
    try {
      if (nearest === undefined) return print(`viaduct: ${failureOf(info)}:`, error);
      const told: unknown = nearest(error, info);
      if (isThenable(told)) told.then(undefined, (failure) => printFailure(failure, error));
    } catch (failure) {
      printFailure(failure, error);
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

  /**
   * Resolves when no work is left, also work that was added while waiting, or when the time is over.
   *
   * @param timeoutMs Default: as long as it takes.
   */
  async settled(timeoutMs: number = Infinity): Promise<void> {
    let isOver = false;
    let timer: ReturnType<typeof setTimeLimit>;
    const over = new Promise<void>((resolve) => {
      timer = setTimeLimit(timeoutMs, () => {
        isOver = true;
        resolve();
      });
    });
    while (this.#pending.size > 0 && !isOver) await Promise.race([Promise.all(this.#pending), over]);
    clearTimeout(timer);
  }
}

/** Of an `onError` listener. */
function printFailure(failure: unknown, error: unknown): void {
  print('viaduct: the onError listener failed:', failure, 'when it was told of:', error);
}

/** Errors may have a way of their own to be printed, and it may fail. */
function print(...parts: readonly unknown[]): void {
  try {
    console.error(...parts);
  } catch {
    console.error(...parts.map(describeThrown));
  }
}
