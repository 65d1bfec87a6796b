import { causeOf, codeOf, describeThrown, ViaductError } from './errors.js';
import { setTimeLimit } from './time-limit.js';

/** The error of a start, with the place that failed. One that was not in time names the innermost already. */
export function startError(place: string, cause: unknown): ViaductError {
  if (cause instanceof ViaductError && isTimeout(cause)) return cause;
  return new ViaductError('VIADUCT_E_START', `${place} failed to start: ${describeThrown(cause)}`, {
    cause,
  });
}

export function isTimeout(error: unknown): boolean {
  return codeOf(error) === 'VIADUCT_E_START_TIMEOUT';
}

/**
 * Whether a start need not be tried again: the application says so with the code `VIADUCT_E_START_FINAL`, on
 * the error that it throws or on one that caused it.
 */
export function isFinal(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < MOST_CAUSES && typeof current === 'object' && current !== null; depth += 1) {
    if (codeOf(current) === 'VIADUCT_E_START_FINAL') return true;
    current = causeOf(current);
  }
  return false;
}

/** Causes may go round in a circle. */
const MOST_CAUSES = 16;

/** A start that is waited for: what it waits for itself is asked when the time is over. */
interface Waiting {
  readonly waitsFor: string;
}

/**
 * Waits for a start, as long as it may take.
 *
 * @param signal Aborted, it ends the waiting with its reason.
 * @throws {ViaductError} `VIADUCT_E_START_TIMEOUT`, naming the innermost place.
 */
export async function inTime(
  started: Promise<void>,
  timeoutMs: number,
  waiting: Waiting,
  signal: AbortSignal,
): Promise<void> {
  let timer: ReturnType<typeof setTimeLimit>;
  let stopWaiting: (() => void) | undefined;
  const ended = new Promise<never>((_, reject) => {
    stopWaiting = () => reject(signal.reason);
    signal.addEventListener('abort', stopWaiting);
    timer = setTimeLimit(timeoutMs, () => reject(timeoutError(waiting.waitsFor, timeoutMs)));
  });
  try {
    signal.throwIfAborted();
    await Promise.race([started, ended]);
  } finally {
    clearTimeout(timer);
    if (stopWaiting !== undefined) signal.removeEventListener('abort', stopWaiting);
  }
}

function timeoutError(place: string, timeoutMs: number): ViaductError {
  return new ViaductError(
    'VIADUCT_E_START_TIMEOUT',
    `${place} did not start within ${timeoutMs} ms. What does its start() wait for?`,
  );
}
