import type { Application } from './application.js';
import { ViaductError } from './errors.js';

/** An application that takes part in a start, with the name that messages give it. */
export interface Member {
  readonly application: Application;
  /** `mount "/api"`. */
  readonly place: string;
}

/**
 * How many of those who started an application have not stopped it yet. An application that is mounted
 * twice, or in two dispatchers, starts with the first and stops with the last.
 */
const running = new WeakMap<Application, { users: number; started: Promise<void> }>();

/**
 * Starts applications in order, each awaited. When one fails, those already started are stopped in reverse.
 *
 * @param timeoutMs How long each may take; `Infinity` for no limit.
 * @throws {ViaductError} `VIADUCT_E_START` with the cause, or `VIADUCT_E_START_TIMEOUT`; both name the place.
 */
export async function startAll(members: readonly Member[], timeoutMs: number): Promise<void> {
  const started: Member[] = [];
  for (const member of distinct(members)) {
    try {
      await withTimeout(startOnce(member.application), timeoutMs, member.place);
      started.push(member);
    } catch (error) {
      running.delete(member.application);
      const failures = await stopEach(started);
      throw startError(member, error, failures);
    }
  }
}

/**
 * Stops applications in reverse order. One that fails does not keep the others from stopping.
 *
 * @throws {ViaductError} `VIADUCT_E_STOP` when any failed; `cause` is what it threw, or an `AggregateError`.
 */
export async function stopAll(members: readonly Member[]): Promise<void> {
  const failures = await stopEach(distinct(members));
  if (failures.length === 0) return;
  const places = failures.map(({ place }) => place).join(', ');
  const errors = failures.map(({ error }) => error);
  const cause = errors.length === 1 ? errors[0] : new AggregateError(errors);
  throw new ViaductError('VIADUCT_E_STOP', `failed to stop: ${places}: ${describe(cause)}`, { cause });
}

/**
 * `start` and `stop` for an application that wraps another, which starts and stops once however many wrap it.
 *
 * @returns Nothing to start for an application without a lifecycle.
 */
export function lifecycleOf(inner: Application): Pick<Application, 'start' | 'stop'> {
  if (inner.start === undefined && inner.stop === undefined) return {};
  return {
    start: () => startOnce(inner),
    async stop() {
      const [failure] = await stopEach([{ application: inner, place: '' }]);
      if (failure !== undefined) throw failure.error;
    },
  };
}

function distinct(members: readonly Member[]): Member[] {
  const seen = new Set<Application>();
  return members.filter(({ application }) => {
    if (seen.has(application)) return false;
    seen.add(application);
    return application.start !== undefined || application.stop !== undefined;
  });
}

function startOnce(application: Application): Promise<void> {
  const state = running.get(application);
  if (state !== undefined) {
    state.users += 1;
    return state.started;
  }
  const started = (async () => application.start?.())();
  running.set(application, { users: 1, started });
  return started;
}

interface StopFailure {
  readonly place: string;
  readonly error: unknown;
}

async function stopEach(members: readonly Member[]): Promise<StopFailure[]> {
  const failures: StopFailure[] = [];
  for (const { application, place } of members.toReversed()) {
    const state = running.get(application);
    if (state === undefined) continue;
    state.users -= 1;
    if (state.users > 0) continue;
    running.delete(application);
    try {
      await application.stop?.();
    } catch (error) {
      failures.push({ place, error });
    }
  }
  return failures;
}

async function withTimeout(started: Promise<void>, timeoutMs: number, place: string): Promise<void> {
  if (timeoutMs === Infinity) return started;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const message = `${place} did not start within ${timeoutMs} ms. What does its start() wait for?`;
      reject(new ViaductError('VIADUCT_E_START_TIMEOUT', message));
    }, timeoutMs);
  });
  try {
    await Promise.race([started, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function startError(member: Member, error: unknown, failures: readonly StopFailure[]): ViaductError {
  if (error instanceof ViaductError && error.code === 'VIADUCT_E_START_TIMEOUT') return error;
  const alsoFailed = failures.map(
    ({ place, error: cause }) => ` While stopping again, ${place} failed: ${describe(cause)}.`,
  );
  return new ViaductError(
    'VIADUCT_E_START',
    `${member.place} failed to start: ${describe(error)}${alsoFailed.join('')}`,
    { cause: error },
  );
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
