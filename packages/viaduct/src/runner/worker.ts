import { pid } from 'node:process';
import { toError } from '@viaduct/core/internal';
import { surviveBrokenOutput } from './broken-output.js';
import { type BootFailure, LISTENING_DESCRIPTOR, type Order, type Report } from './messages.js';
import { loadProgram } from './load-program.js';
import type { Program, ProgramSource } from './program.js';
import { rootStack } from '../root-cause.js';
import { watchSelf } from './self-watch.js';
import { Service } from './service.js';

/** Signals that a terminal or a container sends to every process, and that the primary acts upon. */
const PRIMARY_SIGNALS = ['SIGINT', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * Runs an application on the socket that the primary holds, and does what the primary says.
 *
 * The life of a worker: load, start, warm up, serve, drain, stop, exit.
 */
export function runWorker(): void {
  let booting: Promise<Service | undefined> = Promise.resolve(undefined);
  let state: 'booting' | 'serving' | 'draining' = 'booting';
  let exitCode = 0;
  let isWatched = false;
  let gracefulTimeoutMs = 0;
  let register: Program['register'];
  /** Until there is one, nothing has been opened. */
  let reopenLogs: Program['reopenLogs'] | undefined;

  surviveBrokenOutput();
  for (const signal of PRIMARY_SIGNALS) process.on(signal, () => undefined);
  // From somebody who tells every process of a service.
  process.on('SIGUSR2', () => reopenLogs?.());
  process.on('SIGTERM', () => report({ type: 'retire', reason: 'it was sent SIGTERM', hasFailed: false }));
  process.on('uncaughtException', (error) => {
    // While there is a server, it knows whose the error may be.
    if (isWatched) return;
    console.error(`worker ${pid}: uncaught`, error);
    fail(error);
  });
  process.on('message', (order: Order) => {
    if (order.type === 'boot') booting = boot(order.source);
    else if (order.type === 'metrics') void tellMetrics();
    else if (order.type === 'reopen-logs') reopenLogs?.();
    else if (order.type === 'unready') void booting.then((service) => service?.turnUnready());
    else void drain(order.timeoutMs);
  });

  async function boot(source: ProgramSource): Promise<Service | undefined> {
    // The primary is gone, and with it everybody who would say when to stop.
    process.once('disconnect', () => {
      // Nothing is under way yet, and a start may never end.
      if (state === 'booting') process.exit(1);
      void drain(gracefulTimeoutMs);
    });
    let stage: BootFailure['stage'] = 'load';
    try {
      const { application, settings, options, ...program } = await loadProgram(source);
      ({ register, reopenLogs } = program);
      stage = 'start';
      ({ gracefulTimeoutMs } = settings);
      isWatched = true;
      const service = await Service.start(application, settings, {
        ...options,
        fd: LISTENING_DESCRIPTOR,
        strayErrors: fail,
      });
      watchSelf(service, settings, report);
      state = 'serving';
      report({ type: 'ready', url: service.url, settings });
      return service;
    } catch (error) {
      isWatched = false;
      leave({ type: 'failed', stage, message: toError(error).message, stack: rootStack(error) }, 1);
      return undefined;
    }
  }

  async function drain(timeoutMs: number): Promise<void> {
    const service = await booting;
    if (service === undefined) return;
    if (state === 'draining') {
      service.cut();
      return;
    }
    state = 'draining';
    const requests = await service.drain(timeoutMs);
    isWatched = false;
    await tellMetrics();
    leave({ type: 'cut', requests }, exitCode);
  }

  async function tellMetrics(): Promise<void> {
    if (register !== undefined) report({ type: 'metrics', metrics: await register.getMetricsAsJSON() });
  }

  /** Nobody knows what state the application is in, but it serves on until somebody else has taken over. */
  function fail(thrown: unknown): void {
    const error = toError(thrown);
    exitCode = 1;
    if (state === 'booting')
      leave({ type: 'failed', stage: 'start', message: error.message, stack: rootStack(error) }, 1);
    else report({ type: 'retire', reason: `an error was not caught: ${error.message}`, hasFailed: true });
  }
}

function report(message: Report): void {
  // A primary that is just going away is no failure of the worker's: "disconnect" tells.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/** The last words must be on their way before the process ends. */
function leave(message: Report, code: number): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => process.exit(code));
  else process.exit(code);
}
