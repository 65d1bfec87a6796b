import type { ViaductError } from '@viaduct/core';
import { toError } from '@viaduct/core/internal';
import { addressOf } from './address.js';
import type { Bind } from './bind.js';
import { CommandError } from '../command-error.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { loadProgram } from './load-program.js';
import { openMetricsServer } from './metrics-server.js';
import type { Program } from './program.js';
import type { RunOptions } from './run-options.js';
import { Service } from './service.js';
import { onSignals } from './signals.js';

/**
 * Runs the application in this process: for debuggers, for platforms without worker processes, and where something
 * else restarts what has died.
 *
 * Stops like a worker. Nobody watches it, so there is nothing to reload, to resize or to retire.
 */
export async function runAlone(bind: Bind, options: RunOptions): Promise<ExitCode> {
  const { source, settings, log } = options;
  const program = await load();
  const closeMetrics = await showMetrics(program);
  try {
    const service = await start(program);
    log.info({ workers: 0 }, `listening on ${service.url}`);
    const cutRequests = await untilStopped(service, program, options);
    return cutRequests > 0 ? EXIT.cut : EXIT.done;
  } finally {
    await closeMetrics?.();
  }

  function failure(code: ExitCode, stage: 'load' | 'start', error: unknown): CommandError {
    const { message } = toError(error);
    log.error({ stage }, message);
    return new CommandError(code, message, { cause: error, isLogged: settings.logLevel !== 'fatal' });
  }

  async function load(): Promise<Program> {
    try {
      return await loadProgram(source);
    } catch (error) {
      throw failure(EXIT.load, 'load', error);
    }
  }

  async function showMetrics({ register }: Program): Promise<(() => Promise<void>) | undefined> {
    if (settings.metrics === undefined || register === undefined) return undefined;
    return openMetricsServer(settings.metrics, register, log);
  }

  async function start({ application, options: serveOptions }: Program): Promise<Service> {
    try {
      return await Service.start(application, settings, { ...serveOptions, ...addressOf(bind) });
    } catch (error) {
      const isListening = (error as Partial<ViaductError>).code === 'VIADUCT_E_LISTEN';
      throw failure(isListening ? EXIT.listen : EXIT.start, 'start', error);
    }
  }
}

/** @returns How many requests were cut. */
function untilStopped(
  service: Service,
  { reopenLogs }: Program,
  { settings, log }: RunOptions,
): Promise<number> {
  const { gracefulTimeoutMs, readinessPath, readinessDelayMs } = settings;

  function refuse(): void {
    log.warn({}, 'there are no worker processes: start with --workers 1 or more to reload or to resize');
  }

  return new Promise((resolve) => {
    const removeListeners = onSignals({ stop, reload: refuse, resize: refuse, reopenLogs });
    let delay: NodeJS.Timeout | undefined;
    let state: 'serving' | 'unready' | 'draining' = 'serving';

    function stop(kind: 'graceful' | 'quick'): void {
      clearTimeout(delay);
      if (state === 'draining') service.cut();
      else if (kind === 'quick' || state === 'unready') drain(0);
      else if (readinessPath === undefined || readinessDelayMs === 0) drain(gracefulTimeoutMs);
      else {
        state = 'unready';
        service.turnUnready();
        delay = setTimeout(() => drain(gracefulTimeoutMs), readinessDelayMs);
      }
    }

    function drain(timeoutMs: number): void {
      state = 'draining';
      service.turnUnready();
      void service.drain(timeoutMs).then((cutRequests) => {
        removeListeners();
        resolve(cutRequests);
      });
    }
  });
}
