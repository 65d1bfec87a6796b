import { pid } from 'node:process';
import { CrashGuard } from './crash-guard.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { watchHeartbeats } from './heartbeat-watch.js';
import type { ListeningDescriptor } from './listening-descriptor.js';
import type { BootFailure } from './messages.js';
import type { ProgramSource } from './program.js';
import { Replacements } from './replacements.js';
import type { RunnerLog } from './runner-log.js';
import type { Settings } from '../settings/settings.js';
import { WorkerPool } from './worker-pool.js';
import type { WorkerExit, WorkerProcess } from './worker-process.js';

/** What an application has to stop in when all is to be over within 2 s. */
const QUICK_STOP_MS = 1_500;

/**
 * Keeps workers serving: boots them, sees to it that somebody takes the place of those that die, and stops them.
 *
 * It never accepts a connection and never runs the application, so that nothing in there can take it along.
 */
export class Supervisor {
  /** Settles when the last worker is gone. */
  readonly finished: Promise<ExitCode>;
  /** Why the first worker did not get ready, if so. */
  bootFailure: BootFailure | undefined;
  /** Told of every worker that is gone. */
  onGone: (worker: WorkerProcess) => void = () => undefined;
  readonly #listening: ListeningDescriptor;
  readonly #log: RunnerLog;
  readonly #guard: CrashGuard;
  readonly #pool: WorkerPool;
  readonly #replacements: Replacements;
  readonly #endWatch: () => void;
  #finish: (code: ExitCode) => void = () => undefined;
  #exitCode: ExitCode = EXIT.done;
  #hasServed = false;
  #stopping: 'graceful' | 'quick' | undefined;
  #readinessDelay: NodeJS.Timeout | undefined;

  constructor(source: ProgramSource, settings: Settings, listening: ListeningDescriptor, log: RunnerLog) {
    this.#listening = listening;
    this.#log = log;
    this.#guard = new CrashGuard(settings.maxCrashes);
    this.#pool = new WorkerPool({
      source,
      settings,
      listening,
      log,
      guard: this.#guard,
      onRetire: (worker, retirement) => this.#replacements.retire(worker, retirement),
      onExit: (worker, exit) => this.#bury(worker, exit),
    });
    this.#replacements = new Replacements({ pool: this.#pool, guard: this.#guard, log });
    this.#endWatch = watchHeartbeats(this.#pool, log);
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  get workers(): Iterable<WorkerProcess> {
    return this.#pool.workers;
  }

  /** Starts one worker, and the others when it serves: so what is wrong with the application is said once. */
  async boot(): Promise<void> {
    const first = this.#pool.spawn();
    const failure = await first.booted;
    if (this.#stopping !== undefined) return;
    if (failure !== undefined) {
      this.bootFailure = failure;
      this.#log.error({ stage: failure.stage }, failure.message);
      this.#giveUp(failure.stage === 'load' ? EXIT.load : EXIT.start);
      return;
    }
    this.#hasServed = true;
    this.#log.info({ primary: pid, workers: this.#pool.target }, `listening on ${this.#addressOf(first)}`);
    this.#pool.fill();
  }

  /** Replaces every worker by one that runs the code of today. */
  reload(): void {
    if (this.#hasServed) this.#replacements.reload();
  }

  /** One worker more, or one less; one always stays. */
  resize(step: 1 | -1): void {
    if (this.#stopping !== undefined || !this.#hasServed) return;
    this.#pool.target = Math.max(1, this.#pool.target + step);
    this.#log.info({ workers: this.#pool.target }, `workers from now on: ${this.#pool.target}`);
    this.#pool.fill();
    this.#replacements.trim();
  }

  /** Workers, which write the access log, open its file anew. */
  reopenLogs(): void {
    for (const worker of this.#pool.workers) worker.reopenLogs();
  }

  /** Whatever is said second is quick. */
  stop(kind: 'graceful' | 'quick'): void {
    if (this.#stopping === 'quick') return;
    const isQuick = kind === 'quick' || this.#stopping !== undefined;
    this.#stopping = isQuick ? 'quick' : 'graceful';
    this.#replacements.end();
    this.#log.info({}, isQuick ? 'stopping at once' : 'stopping');
    this.#pool.stopFilling();
    clearTimeout(this.#readinessDelay);
    const { gracefulTimeoutMs, readinessPath, readinessDelayMs } = this.#pool.settings;
    for (const worker of this.#pool.workers) worker.turnUnready();
    if (isQuick) this.#drainAll(0, QUICK_STOP_MS);
    else if (readinessPath === undefined || readinessDelayMs === 0) this.#drainAll(gracefulTimeoutMs);
    else {
      this.#readinessDelay = setTimeout(() => this.#drainAll(gracefulTimeoutMs), readinessDelayMs);
    }
  }

  /** Of a Unix socket a worker knows only the descriptor that it was given. */
  #addressOf({ url = '' }: WorkerProcess): string {
    return url.startsWith('fd:') ? this.#listening.place : url;
  }

  #drainAll(timeoutMs: number, stopGraceMs?: number): void {
    // Otherwise connections would queue up here, where nobody takes them any more.
    void this.#listening.close();
    for (const worker of this.#pool.workers) worker.drain(timeoutMs, stopGraceMs);
    this.#endIfEmpty();
  }

  #giveUp(code: ExitCode): void {
    this.#exitCode = code;
    this.#stopping = 'quick';
    this.#replacements.end();
    this.#drainAll(0, QUICK_STOP_MS);
  }

  #endIfEmpty(): void {
    if (this.#stopping === undefined || this.#pool.workers.size > 0) return;
    this.#endWatch();
    this.#finish(this.#exitCode);
  }

  #bury(worker: WorkerProcess, exit: WorkerExit): void {
    this.onGone(worker);
    const { isExpected, cutRequests } = exit;
    const facts = { worker: worker.pid, code: exit.code, signal: exit.signal, cutRequests };
    if (!isExpected)
      this.#log.error(facts, `worker ${worker.pid} died: ${exit.signal ?? `exit code ${exit.code}`}`);
    else if (cutRequests > 0) this.#log.warn(facts, `worker ${worker.pid} ended, and cut requests`);
    else this.#log.info(facts, `worker ${worker.pid} ended`);
    if (this.#stopping !== undefined) {
      if (cutRequests > 0 && this.#exitCode === EXIT.done) this.#exitCode = EXIT.cut;
      this.#endIfEmpty();
    } else if (this.#hasServed) this.#succeed(worker, exit);
  }

  /** Sees to it that somebody takes the place of one that is gone. */
  #succeed(worker: WorkerProcess, { isExpected, signal }: WorkerExit): void {
    // What served and was killed from outside did not die of its start.
    const wasKilled = signal === 'SIGKILL' && worker.servedMs > 0;
    if (!isExpected && !wasKilled) this.#guard.died(worker.servedMs);
    if (this.#guard.isExhausted && !this.#pool.isServing) {
      this.#log.error(
        {},
        'giving up: workers died one after another, and none is left. See what they said above.',
      );
      this.#giveUp(EXIT.crashes);
    } else this.#pool.fill();
  }
}
