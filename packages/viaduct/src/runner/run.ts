import { resolve } from 'node:path';
import { env, pid } from 'node:process';
import type { ViaductError } from '@viaduct/core';
import { toError } from '@viaduct/core/internal';
import { type Bind, takePassedDescriptor } from './bind.js';
import { surviveBrokenOutput } from './broken-output.js';
import { CommandError } from '../command-error.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { type ListeningDescriptor, openListeningDescriptor } from './listening-descriptor.js';
import { loadPromClient } from '../metrics/prom-client.js';
import { openMetricsServer } from './metrics-server.js';
import { claimPidFile } from './pid-file.js';
import { OPTIONS } from '../settings/options.js';
import type { Settings } from '../settings/settings.js';
import { readBind } from './read-bind.js';
import { runAlone } from './run-alone.js';
import type { RunOptions } from './run-options.js';
import type { RunnerLog } from './runner-log.js';
import { onSignals, type SignalActions } from './signals.js';
import { Supervisor } from './supervisor.js';
import { WorkerMetrics } from './worker-metrics.js';
import { refuseWrongSettings } from './wrong-settings.js';

/**
 * Runs an application until it is told to stop: in worker processes, or with `workers: 0` in this one.
 *
 * @returns What the process is to end with.
 * @throws {CommandError} When it never got so far as to serve; what went wrong while it started has been logged too.
 */
export async function run(options: RunOptions): Promise<ExitCode> {
  const { settings, log } = options;
  const { cwd } = options.source;
  const bind = takePassedDescriptor(env, pid) ?? readBind(settings.bind, cwd);
  refuseWrongSettings(settings, cwd);
  surviveBrokenOutput();
  log.info({ primary: pid, ...changed(settings) }, 'starting');
  try {
    const releasePidFile =
      settings.pidFile === undefined ? undefined : claimPidFile(resolve(cwd, settings.pidFile));
    try {
      return settings.workers === 0 ? await runAlone(bind, options) : await supervise(bind, options);
    } finally {
      releasePidFile?.();
    }
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const { code } = error as Partial<ViaductError>;
    const { message } = toError(error);
    log.error({ code }, message);
    throw new CommandError(code === 'VIADUCT_E_LISTEN' ? EXIT.listen : EXIT.fault, message, {
      cause: error,
      isLogged: isLogged(settings),
    });
  }
}

async function supervise(bind: Bind, { source, settings, log }: RunOptions): Promise<ExitCode> {
  let supervisor: Supervisor | undefined;
  let isStopped = false;
  const actions: SignalActions = {
    stop: (kind) => {
      isStopped = true;
      supervisor?.stop(kind);
    },
    reload: () => supervisor?.reload(),
    resize: (step) => supervisor?.resize(step),
    reopenLogs: () => supervisor?.reopenLogs(),
  };
  // From the first moment: a signal without a listener would end this process in the middle of something.
  const removeListeners = onSignals(actions);
  let listening: ListeningDescriptor | undefined;
  let closeMetrics: (() => Promise<void>) | undefined;
  try {
    listening = await openListeningDescriptor(bind, settings.socketMode);
    if (isStopped) return EXIT.done;
    supervisor = new Supervisor(source, settings, listening, log);
    closeMetrics = await showMetrics(supervisor, source.cwd, settings, log);
    void supervisor.boot();
    const code = await supervisor.finished;
    const { bootFailure } = supervisor;
    if (bootFailure === undefined) return code;
    const { message, stack } = bootFailure;
    throw new CommandError(code, message, { cause: { stack }, isLogged: isLogged(settings) });
  } finally {
    await closeMetrics?.();
    await listening?.close();
    removeListeners();
  }
}

async function showMetrics(
  supervisor: Supervisor,
  cwd: string,
  { metrics: address }: Settings,
  log: RunnerLog,
): Promise<(() => Promise<void>) | undefined> {
  if (address === undefined) return undefined;
  const metrics = new WorkerMetrics(loadPromClient(cwd), () => supervisor.workers);
  supervisor.onGone = (worker) => metrics.bury(worker);
  return openMetricsServer(readBind(address, cwd), metrics, log);
}

/** Those that are not as they are by default: `viaduct config` tells all. */
function changed(settings: Settings): Partial<Settings> {
  const entries = Object.entries(settings) as [keyof Settings, unknown][];
  return Object.fromEntries(
    entries.filter(([key, value]) => String(value) !== String(OPTIONS[key].default)),
  ) as Partial<Settings>;
}

function isLogged({ logLevel }: Settings): boolean {
  return logLevel !== 'fatal';
}
