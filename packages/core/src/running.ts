import type { Application } from './application.js';
import { type Boot, createStart, startWith } from './boot.js';
import { type ErrorInfo, Gateway, WORK_TIMEOUT_MS } from './gateway.js';

/** One user's part in a running application. */
export interface Use {
  /** Settles with the application's `start()`. */
  readonly started: Promise<void>;
  /**
   * Ends this use: the last one stops the application, as soon as its start is done. Calling it again does nothing.
   *
   * @throws What the application's `stop()` threw.
   */
  release(): Promise<void>;
}

/** An application from its start to its stop. */
interface Run {
  users: number;
  readonly started: Promise<void>;
  stopped: Promise<void> | undefined;
}

/** An application that is mounted twice, or in two dispatchers, starts with the first and stops with the last. */
const runs = new WeakMap<Application, Run>();

/**
 * Starts an application, or joins those who have started it.
 *
 * A start that fails fails for all of them, and leaves nothing to stop; the next use tries again. One that
 * everybody gave up waiting for, and that succeeds after all, is stopped then.
 */
export function use(application: Application, boot: Boot): Use {
  const latest = runs.get(application);
  const run =
    latest === undefined || latest.stopped !== undefined ? begin(application, boot, latest) : latest;
  run.users += 1;
  let released: Promise<void> | undefined;
  return { started: run.started, release: () => (released ??= leave(application, run)) };
}

function begin(application: Application, boot: Boot, previous: Run | undefined): Run {
  const run: Run = { users: 0, started: start(application, boot, previous), stopped: undefined };
  runs.set(application, run);
  // Whoever waits is told; this is for those who have stopped waiting, and for the next to try.
  run.started.catch(() => forget(application, run));
  return run;
}

async function start(application: Application, boot: Boot, previous: Run | undefined): Promise<void> {
  // Whether the stop succeeded is told to those who asked for it.
  if (previous?.stopped !== undefined) await previous.stopped.catch(ignore);
  await startWith(application, boot);
}

async function leave(application: Application, run: Run): Promise<void> {
  run.users -= 1;
  if (run.users > 0 || (await fails(run.started))) return;
  // Somebody may have come, or gone, meanwhile.
  if (run.users > 0 || run.stopped !== undefined) return;
  run.stopped = (async () => application.stop?.())();
  try {
    await run.stopped;
  } finally {
    forget(application, run);
  }
}

function forget(application: Application, run: Run): void {
  if (runs.get(application) === run) runs.delete(application);
}

async function fails(promise: Promise<void>): Promise<boolean> {
  try {
    await promise;
    return false;
  } catch {
    return true;
  }
}

/**
 * `start` and `stop` for an application that wraps another, which starts and stops once however many wrap it.
 *
 * @param gateway Where requests enter that come to the wrapper itself: their work is waited for.
 * @returns Nothing to start for an application without a lifecycle.
 */
export function lifecycleOf(inner: Application, gateway: Gateway): Lifecycle {
  const settled = (): Promise<void> => gateway.settled(WORK_TIMEOUT_MS);
  if (inner.start === undefined && inner.stop === undefined) return { stop: settled };
  let held: Use | undefined;
  async function hold(boot: Boot): Promise<void> {
    const current = (held ??= use(inner, boot));
    try {
      await current.started;
    } catch (error) {
      if (held === current) held = undefined;
      throw error;
    }
  }
  return {
    start: createStart(hold, { mounts: [], report: reportAlone }),
    async stop() {
      const current = held;
      held = undefined;
      await settled();
      await current?.release();
    },
  };
}

type Lifecycle = Pick<Application, 'start'> & Required<Pick<Application, 'stop'>>;

function reportAlone(error: unknown, info: ErrorInfo): void {
  new Gateway().report(error, info);
}

function ignore(): void {}
