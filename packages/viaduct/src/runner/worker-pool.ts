import type { CrashGuard } from './crash-guard.js';
import type { ListeningDescriptor } from './listening-descriptor.js';
import type { Retirement } from './messages.js';
import type { ProgramSource } from './program.js';
import { drawLimit } from './request-limit.js';
import type { RunnerLog } from './runner-log.js';
import type { Settings } from '../settings/settings.js';
import { type WorkerExit, WorkerProcess } from './worker-process.js';
import { heartbeatIntervalMs } from './heartbeat-watch.js';

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
  readonly #options: PoolOptions;
  #pause: NodeJS.Timeout | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.target = options.settings.workers;
  }

  /** Those that serve or will, the oldest first. */
  get active(): WorkerProcess[] {
    return [...this.workers].filter(({ state }) => state === 'booting' || state === 'serving');
  }

  get isServing(): boolean {
    return [...this.workers].some(({ state }) => state === 'serving');
  }

  spawn(): WorkerProcess {
    const { source, settings, listening, guard, onRetire, onExit } = this.#options;
    const { heartbeatTimeoutMs, maxRequests, maxRequestsJitter } = settings;
    const worker = new WorkerProcess(
      listening.descriptor,
      {
        source,
        heartbeatIntervalMs: heartbeatIntervalMs(heartbeatTimeoutMs),
        maxRequests: drawLimit(maxRequests, maxRequestsJitter),
      },
      {
        onRetire,
        onGrownUp: () => guard.reset(),
        onExit: (gone, exit) => {
          this.workers.delete(gone);
          onExit(gone, exit);
        },
      },
    );
    this.workers.add(worker);
    const { log } = this.#options;
    log.info({ worker: worker.pid }, `worker ${worker.pid} starts`);
    void worker.booted.then(
      (failure) => failure ?? log.info({ worker: worker.pid }, `worker ${worker.pid} serves`),
    );
    return worker;
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
      worker.drain(this.#options.settings.gracefulTimeoutMs);
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
