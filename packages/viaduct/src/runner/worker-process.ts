import { type ChildProcess, fork } from 'node:child_process';
import { execArgv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { YOUNG_MS } from './crash-guard.js';
import {
  type BootFailure,
  type Heartbeat,
  LISTENING_DESCRIPTOR,
  type Order,
  type Report,
  type Retirement,
} from './messages.js';
import type { Metric } from '../metrics/shapes.js';
import type { ProgramSource } from './program.js';
import type { Settings } from '../settings/settings.js';

/** Longer than a worker gives its application to stop once the time for its requests is up. */
const STOP_GRACE_MS = 2_000;

/** What the supervisor hears of its workers. */
export interface WorkerEvents {
  onRetire(worker: WorkerProcess, retirement: Retirement): void;
  /** It has served for a while, so that it will not die of its start. */
  onGrownUp(worker: WorkerProcess): void;
  onExit(worker: WorkerProcess, exit: WorkerExit): void;
}

export interface WorkerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It was told to go. */
  readonly isExpected: boolean;
  /** Requests that got no whole answer. Of a worker that could not tell, at least one. */
  readonly cutRequests: number;
}

/** The primary's end of one worker. */
export class WorkerProcess {
  readonly pid: number;
  readonly startedAtMs: number = performance.now();
  /** Settles once: with nothing when the worker serves, with the reason when it never will. */
  readonly booted: Promise<BootFailure | undefined>;
  /** Where it can be reached, once it serves. */
  url: string | undefined;
  /** What it has read, once it serves. */
  settings: Settings | undefined;
  /** When it was last heard of. */
  heardAtMs: number = performance.now();
  lastHeartbeat: Heartbeat | undefined;
  /** What it had counted when it was last asked. */
  metrics: readonly Metric[] = [];
  state: 'booting' | 'serving' | 'draining' | 'gone' = 'booting';
  /** It has asked for a replacement, and waits for it. */
  isRetiring = false;
  /** An error has left it in an unknown state: it goes, even when nobody takes its place. */
  hasFailed = false;
  readonly #child: ChildProcess;
  readonly #events: WorkerEvents;
  #servesSinceMs: number | undefined;
  #servedMs = 0;
  #cutRequests: number | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #growUp: NodeJS.Timeout | undefined;
  readonly #metricsListeners = new Set<() => void>();
  #settleBoot: (failure: BootFailure | undefined) => void = () => undefined;

  constructor(descriptor: number, source: ProgramSource, events: WorkerEvents) {
    this.#events = events;
    this.booted = new Promise((resolve) => {
      this.#settleBoot = resolve;
    });
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as (string | number)[];
    stdio[LISTENING_DESCRIPTOR] = descriptor;
    this.#child = fork(fileURLToPath(new URL('./worker-entry.js', import.meta.url)), {
      stdio: stdio as ('ignore' | 'inherit' | 'ipc' | number)[],
      // All of them would want the debugger's one port.
      execArgv: execArgv.filter((argument) => !argument.startsWith('--inspect')),
    });
    this.pid = this.#child.pid ?? 0;
    this.#child.on('message', (report) => this.#hear(report as Report));
    // Without a listener a message that meets a worker just dying (EPIPE) would end the primary.
    this.#child.on('error', (error) => this.#notice(error));
    this.#child.once('exit', (code, signal) => this.#leave(code, signal));
    this.#tell({ type: 'boot', source });
  }

  /** How long it has taken requests for. 0 when it never did. */
  get servedMs(): number {
    return this.#servesSinceMs === undefined ? this.#servedMs : performance.now() - this.#servesSinceMs;
  }

  /** The readiness path turns 503. */
  turnUnready(): void {
    this.#tell({ type: 'unready' });
  }

  /** @returns What it has counted: by now, or by the last time that it was asked, if it does not answer in time. */
  async askForMetrics(withinMs: number): Promise<readonly Metric[]> {
    if (this.state === 'booting' || !this.#child.connected) return this.metrics;
    await new Promise<void>((resolve) => {
      const listener = (): void => {
        clearTimeout(timer);
        this.#metricsListeners.delete(listener);
        resolve();
      };
      const timer = setTimeout(listener, withinMs);
      this.#metricsListeners.add(listener);
      this.#tell({ type: 'metrics' });
    });
    return this.metrics;
  }

  /** By a message: the signal would end a process that does not listen for it yet. */
  reopenLogs(): void {
    this.#tell({ type: 'reopen-logs' });
  }

  /** May be said again, with less time. */
  drain(timeoutMs: number, stopGraceMs: number = STOP_GRACE_MS): void {
    if (this.state === 'gone') return;
    this.#stopServing('draining');
    this.#tell({ type: 'drain', timeoutMs });
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.kill(), timeoutMs + stopGraceMs);
  }

  /** Kills one that does not get ready. */
  giveUpBoot(message: string): void {
    this.#settleBoot({ stage: 'start', message });
    this.kill();
  }

  /** SIGKILL: a blocked event loop notices nothing else. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #hear(report: Report): void {
    this.heardAtMs = performance.now();
    if (report.type === 'heartbeat') this.lastHeartbeat = report;
    if (report.type === 'retire') {
      // It serves until somebody takes over, which shows nothing of its health.
      if (report.hasFailed) clearTimeout(this.#growUp);
      this.#events.onRetire(this, report);
    }
    if (report.type === 'metrics') {
      this.metrics = report.metrics;
      for (const listener of this.#metricsListeners) listener();
    }
    if (report.type === 'cut') this.#cutRequests = report.requests;
    if (report.type === 'failed') this.#settleBoot(report);
    if (report.type === 'ready') {
      this.url = report.url;
      this.settings = report.settings;
      if (this.state === 'booting') {
        this.state = 'serving';
        this.#servesSinceMs = performance.now();
        this.#growUp = setTimeout(() => this.#events.onGrownUp(this), YOUNG_MS);
      }
      this.#settleBoot(undefined);
    }
  }

  /** A process that could not be made (EAGAIN: too many) has no end that could be heard of. */
  #notice(error: Error): void {
    if (this.#child.pid !== undefined) return;
    this.#settleBoot({ stage: 'start', message: `cannot start a process: ${error.message}` });
    this.#leave(null, null);
  }

  #tell(order: Order): void {
    if (this.#child.connected) this.#child.send(order, () => undefined);
  }

  #stopServing(state: 'draining' | 'gone'): void {
    clearTimeout(this.#growUp);
    this.#servedMs = this.servedMs;
    this.#servesSinceMs = undefined;
    this.state = state;
  }

  #leave(code: number | null, signal: NodeJS.Signals | null): void {
    clearTimeout(this.#deadline);
    const isExpected = this.state === 'draining';
    this.#stopServing('gone');
    const how = signal === null ? `exit code ${code}` : signal;
    this.#settleBoot({ stage: 'start', message: `the worker ended before it was ready (${how})` });
    const cutRequests = this.#cutRequests ?? (this.servedMs > 0 ? 1 : 0);
    this.#events.onExit(this, { code, signal, isExpected, cutRequests });
  }
}
