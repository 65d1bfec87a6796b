import { setTimeout as delay } from 'node:timers/promises';
import type { CrashGuard } from './crash-guard.js';
import type { BootFailure, Retirement } from './messages.js';
import type { RunnerLog } from './runner-log.js';
import { Turns } from './turns.js';
import type { WorkerPool } from './worker-pool.js';
import type { WorkerProcess } from './worker-process.js';

/** A worker whose replacement did not get ready serves on, and asks again after this time. */
const RETRY_MS = 10_000;

export interface ReplacementOptions {
  readonly pool: WorkerPool;
  readonly guard: CrashGuard;
  readonly log: RunnerLog;
}

/** Replaces workers that serve: one at a time, and the new one serves before the old one drains. */
export class Replacements {
  readonly #options: ReplacementOptions;
  readonly #turns = new Turns();
  #isReloadWaiting = false;
  #isEnded = false;

  constructor(options: ReplacementOptions) {
    this.#options = options;
  }

  /** From now on nobody is replaced: all of them stop. */
  end(): void {
    this.#isEnded = true;
  }

  /**
   * Replaces every worker by one that runs the code of today.
   *
   * Given up, with the others serving on, when a new one does not get ready.
   */
  reload(): void {
    // One that waits for its turn will load whatever this one would.
    if (this.#isEnded || this.#isReloadWaiting) return;
    this.#isReloadWaiting = true;
    void this.#turns.take(async () => {
      this.#isReloadWaiting = false;
      if (!this.#isEnded) await this.#replaceAll();
    });
  }

  /** Lets go of workers that are too many, when nobody is being replaced. */
  trim(): void {
    void this.#turns.take(() => this.#options.pool.trim());
  }

  /** Replaces a worker that has asked for it, or that must go. */
  retire(worker: WorkerProcess, retirement: Retirement): void {
    if (this.#isEnded || worker.state !== 'serving') return;
    const { reason } = retirement;
    const hasFailed = retirement.hasFailed && !worker.hasFailed;
    // A failure is heard from one that waits already too: it may be waiting for the next attempt, in a while.
    if (worker.isRetiring && !hasFailed) return;
    worker.isRetiring = true;
    worker.hasFailed ||= hasFailed;
    const { guard, log } = this.#options;
    const message = `worker ${worker.pid} is to be replaced: ${reason}`;
    if (hasFailed) log.error({ worker: worker.pid }, message);
    else log.info({ worker: worker.pid }, message);
    if (hasFailed) guard.died(worker.servedMs);
    void this.#turns.take(() => this.#replaceRetiring(worker, retirement));
  }

  async #replaceRetiring(worker: WorkerProcess, retirement: Retirement): Promise<void> {
    const { pool, guard, log } = this.#options;
    // By the turn that it had waited for when it failed.
    if (worker.state !== 'serving') return;
    // Enough of starting what fails again: the worker goes, and with the last one all is given up.
    if (worker.hasFailed && guard.isExhausted) {
      worker.drain(pool.settings.gracefulTimeoutMs);
      return;
    }
    if (worker.hasFailed) await delay(guard.pauseMs, undefined, { ref: false });
    const failure = await this.#replace(worker);
    if (failure === undefined) return;
    log.error({ worker: worker.pid }, `no replacement for worker ${worker.pid}: ${failure.message}`);
    // It may have failed meanwhile.
    if (worker.hasFailed) worker.drain(pool.settings.gracefulTimeoutMs);
    else this.#retryLater(worker, retirement);
  }

  #retryLater(worker: WorkerProcess, retirement: Retirement): void {
    setTimeout(() => {
      // Its failure has taken a turn of its own.
      if (worker.hasFailed) return;
      worker.isRetiring = false;
      this.retire(worker, retirement);
    }, RETRY_MS).unref();
  }

  async #replaceAll(): Promise<void> {
    const { pool, guard, log } = this.#options;
    const old = pool.active;
    log.info({ workers: old.length }, 'reloading');
    // Somebody has stepped in: whatever made workers die may be mended.
    guard.reset();
    pool.stopFilling();
    pool.fill();
    for (const worker of old) {
      const failure = await this.#replace(worker);
      if (this.#isEnded) return;
      if (failure !== undefined) {
        const message = `reload given up, the workers that serve go on: ${failure.message}`;
        log.error({ stage: failure.stage }, message);
        return;
      }
    }
    pool.followSettings();
    log.info({ workers: pool.active.length }, 'reloaded');
  }

  /** Starts the new worker before the old one drains. */
  async #replace(old: WorkerProcess): Promise<BootFailure | undefined> {
    const { pool, log } = this.#options;
    // One that died meanwhile has had its successor.
    if (this.#isEnded || !pool.active.includes(old)) return undefined;
    const fresh = pool.spawn();
    const failure = await fresh.booted;
    if (this.#isEnded || failure !== undefined) return failure;
    log.info({ worker: fresh.pid }, `worker ${fresh.pid} takes over from worker ${old.pid}`);
    old.drain(pool.settings.gracefulTimeoutMs);
    pool.trim();
    return undefined;
  }
}
