import { ViaductTypeError } from './errors.js';
import type { ErrorListener } from './gateway.js';
import type { Guards } from './guards.js';
import { checkLimits } from './limits.js';

export interface DispatcherOptions {
  /** What messages and logs call it. */
  readonly name?: string;
  /** Run before any application below their keys, from outer to inner, on both faces and for every method. */
  readonly guards?: Guards;
  /**
   * Told of every failure of its guards, and of those below it that no inner dispatcher listens to. Default: the
   * server's, else `console.error`.
   */
  readonly onError?: ErrorListener;
  /** `true`: a host with mounts of its own never falls back to mounts without a host. Default `false`. */
  readonly isolateHosts?: boolean;
  /**
   * How long `stop()` waits for `waitUntil` work of requests that came to this dispatcher itself, without a
   * server. Default 8,000.
   */
  readonly workTimeoutMs?: number;
  /** How long the `start()` of one application may take. Default 30,000. */
  readonly startTimeoutMs?: number;
  /**
   * What becomes of the others when an application does not start. `'fail'` (default): the start fails, and what
   * had started is stopped. `'isolate'`: the others serve; in its place 503 with `Retry-After` is answered,
   * `onError` is told, and it is started again in the background, after 1 s at first and every minute at last.
   */
  readonly boot?: 'fail' | 'isolate';
}

const OPTIONS: ReadonlySet<string> = new Set<keyof DispatcherOptions>([
  'name',
  'guards',
  'onError',
  'isolateHosts',
  'startTimeoutMs',
  'boot',
  'workTimeoutMs',
]);

/** @throws {ViaductTypeError} `VIADUCT_E_OPTION`, saying what is wrong and what to write instead. */
export function refuseWrongOptions(options: DispatcherOptions): void {
  const unknown = Object.keys(options).find((option) => !OPTIONS.has(option));
  let fault: string | undefined;
  const { boot = 'fail', startTimeoutMs, workTimeoutMs } = options;
  checkLimits({ startTimeoutMs, workTimeoutMs }, 'createDispatcher');
  if (unknown !== undefined) {
    fault = `there is no option "${unknown}". Options are ${[...OPTIONS].join(', ')}.`;
  } else if (boot !== 'fail' && boot !== 'isolate') {
    fault = `boot is ${JSON.stringify(boot)}. Write 'fail' or 'isolate'.`;
  }
  if (fault !== undefined) throw new ViaductTypeError('VIADUCT_E_OPTION', `createDispatcher: ${fault}`);
}
