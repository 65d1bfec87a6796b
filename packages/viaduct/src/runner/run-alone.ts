import { chmodSync } from 'node:fs';
import { platform } from 'node:process';
import type { ViaductError } from '@viaduct/core';
import { toError } from '@viaduct/core/internal';
import { addressOf } from './address.js';
import type { Bind } from './bind.js';
import { CommandError } from '../command-error.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { loadProgram } from './load-program.js';
import { openMetricsServer } from './metrics-server.js';
import type { Program } from './program.js';
import { readBind } from './read-bind.js';
import type { RunOptions } from './run-options.js';
import { Service } from './service.js';
import { onSignals } from './signals.js';
import { withinStartTimeout } from './start-timeout.js';
import { StopRequests } from './stop-requests.js';

/**
 * Runs the application in this process: for debuggers, for platforms without worker processes, and where something
 * else restarts what has died.
 *
 * Stops like a worker. Nobody watches it, so there is nothing to reload, to resize or to retire.
 */
export async function runAlone(bind: Bind, options: RunOptions): Promise<ExitCode> {
  const { settings, log } = options;
  const stops = new StopRequests();
  let program: Program | undefined;
  // From the first moment: a signal without a listener would end this process, and leave its files behind.
  const removeListeners = onSignals({
    stop: (kind) => stops.add(kind),
    reload: refuse,
    resize: refuse,
    reopenLogs: () => program?.reopenLogs(),
  });
  let closeMetrics: (() => Promise<void>) | undefined;
  try {
    const booting = boot();
    // Told to stop while it starts, it is waited for, so that what has started is stopped, but not for ever.
    const service = await Promise.race([booting, stops.expired(settings.gracefulTimeoutMs)]);
    if (service === undefined) return EXIT.done;
    return (await untilStopped(service, stops, options)) > 0 ? EXIT.cut : EXIT.done;
  } catch (error) {
    if (stops.isEmpty) throw error;
    return EXIT.done;
  } finally {
    await closeMetrics?.();
    removeListeners();
  }

  async function boot(): Promise<Service> {
    program = await load(options);
    closeMetrics = await showMetrics(program, options);
    const service = await start(program, bind, options);
    log.info({ workers: 0 }, `listening on ${service.url}`);
    return service;
  }

  function refuse(): void {
    log.warn({}, 'there are no worker processes: start with --workers 1 or more to reload or to resize');
  }
}

async function load({ source, settings, log }: RunOptions): Promise<Program> {
  try {
    return await withinStartTimeout(loadProgram(source), settings.startTimeoutMs);
  } catch (error) {
    throw failure(EXIT.load, 'load', error, { settings, log });
  }
}

async function showMetrics(
  { register }: Program,
  { source, settings, log }: RunOptions,
): Promise<(() => Promise<void>) | undefined> {
  if (settings.metrics === undefined || register === undefined) return undefined;
  return openMetricsServer(readBind(settings.metrics, source.cwd), register, log);
}

async function start(
  { application, options: serveOptions }: Program,
  bind: Bind,
  { settings, log }: RunOptions,
): Promise<Service> {
  try {
    const service = await Service.start(application, settings, { ...serveOptions, ...addressOf(bind) });
    // A umask would hold for what the application writes as it starts, too.
    if (bind.kind === 'path' && platform !== 'win32') chmodSync(bind.path, settings.socketMode);
    return service;
  } catch (error) {
    const isListening = (error as Partial<ViaductError>).code === 'VIADUCT_E_LISTEN';
    throw failure(isListening ? EXIT.listen : EXIT.start, 'start', error, { settings, log });
  }
}

function failure(
  code: ExitCode,
  stage: 'load' | 'start',
  error: unknown,
  { settings, log }: Pick<RunOptions, 'settings' | 'log'>,
): CommandError {
  const { message } = toError(error);
  log.error({ stage }, message);
  return new CommandError(error instanceof CommandError ? error.exitCode : code, message, {
    cause: error,
    isLogged: settings.logLevel !== 'fatal',
  });
}

/** @returns How many requests were cut. */
function untilStopped(service: Service, stops: StopRequests, { settings }: RunOptions): Promise<number> {
  const { gracefulTimeoutMs, readinessPath, readinessDelayMs } = settings;

  return new Promise((resolve) => {
    let delay: NodeJS.Timeout | undefined;
    let state: 'serving' | 'unready' | 'draining' = 'serving';
    stops.hear(stop);

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
      void service.drain(timeoutMs).then(resolve);
    }
  });
}
