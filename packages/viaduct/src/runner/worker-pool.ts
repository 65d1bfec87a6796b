import type { CrashGuard } from './crash-guard.js';
import type { ListeningDescriptor } from './listening-descriptor.js';
import type { Retirement } from './messages.js';
import type { ProgramSource } from './program.js';
import type { RunnerLog } from './runner-log.js';
import type { Settings } from '../settings/settings.js';
import { type WorkerExit, WorkerProcess } from './worker-process.js';

export interface PoolOptions {
  readonly source: ProgramSource;
  readonly settings: Settings;
  readonly listening: ListeningDescriptor;
  readonly guard: CrashGuard;
  readonly log: RunnerLog;
  onRetire(worker: WorkerProcess, retirement: Retirement): void;
  onExit(worker: WorkerProcess, exit: WorkerExit): void;
}

/** The workers that there are, and how many there should be. */
export class WorkerPool {
  readonly workers: Set<WorkerProcess> = new Set();
  target: number;
  /** Those that the latest worker to serve has read: they may have changed since the first. */
  settings: Settings;
  /** How many workers the settings asked for when that was last heeded. */
  #asked: number;
  readonly #options: PoolOptions;
  #pause: NodeJS.Timeout | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.settings = options.settings;
    this.#asked = options.settings.workers;
    this.target = this.#asked;
  }

  /** Those that serve or will, the oldest first. */
  get active(): WorkerProcess[] {
    return [...this.workers].filter(({ state }) => state === 'booting' || state === 'serving');
  }

  get isServing(): boolean {
    return [...this.workers].some(({ state }) => state === 'serving');
  }

  spawn(): WorkerProcess {
    const { source, listening, guard, log, onRetire, onExit } = this.#options;
    const worker = new WorkerProcess(listening.descriptor, source, {
      onRetire,
      onGrownUp: () => guard.reset(),
      onExit: (gone, exit) => {
        this.workers.delete(gone);
        onExit(gone, exit);
      },
    });
    this.workers.add(worker);
    log.info({ worker: worker.pid }, `worker ${worker.pid} starts`);
    void worker.booted.then((failure) => {
      if (failure !== undefined) return;
      this.settings = worker.settings ?? this.settings;
      guard.maxCrashes = this.settings.maxCrashes;
      log.info({ worker: worker.pid }, `worker ${worker.pid} serves`);
    });
    return worker;
  }

  /** Asks for as many as the settings do, where they say something new: what an operator has resized since stays. */
  followSettings(): void {
    const { workers } = this.settings;
    if (workers === this.#asked) return;
    this.#asked = workers;
    // None at all is another way to run, which this process has not chosen.
    this.target = Math.max(1, workers);
    this.fill();
    this.trim();
  }

  /** Starts what is missing: all at once, or one by one after pauses when workers keep dying young. */
  fill(): void {
    while (this.#pause === undefined && this.active.length < this.target) {
      const { pauseMs } = this.#options.guard;
      if (pauseMs === 0) this.#spawnLoudly();
      else this.#fillAfter(pauseMs);
    }
  }

  /** Cancels a pause. */
  stopFilling(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
  }

  /** Lets go of those that are too many, the oldest first. */
  trim(): void {
    const surplus = this.active.length - this.target;
    for (const worker of this.active.slice(0, Math.max(0, surplus))) {
      worker.drain(this.settings.gracefulTimeoutMs);
    }
  }

  #fillAfter(pauseMs: number): void {
    this.#options.log.warn({ pauseMs }, `workers die as they start: the next one starts in ${pauseMs} ms`);
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      if (this.active.length < this.target)
        void this.#spawnLoudly().booted.then(() => this.#pause ?? this.fill());
    }, pauseMs);
  }

  #spawnLoudly(): WorkerProcess {
    const worker = this.spawn();
    void worker.booted.then((failure) => {
      if (failure !== undefined) this.#options.log.error({ worker: worker.pid }, failure.message);
    });
    return worker;
  }
}
