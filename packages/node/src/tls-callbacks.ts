import type { TlsOptions } from './tls-options.js';

type SniCallback = NonNullable<TlsOptions['SNICallback']>;
type PskCallback = NonNullable<TlsOptions['pskCallback']>;

/**
 * Keeps the user's callbacks from ending the process: Node calls them out of a handshake, where nobody
 * catches what they throw. A callback that fails costs its client the handshake.
 *
 * @param report Told of what a callback threw, or rejected with.
 */
export function guardCallbacks(options: TlsOptions, report: (error: unknown) => void): TlsOptions {
  const { SNICallback, pskCallback } = options;
  return {
    ...options,
    ...(SNICallback === undefined ? {} : { SNICallback: guardSni(SNICallback, report) }),
    ...(pskCallback === undefined ? {} : { pskCallback: guardPsk(pskCallback, report) }),
  };
}

function guardSni(callback: SniCallback, report: (error: unknown) => void): SniCallback {
  return function guarded(servername, done) {
    let isDone = false;
    // Called twice, Node's own would end a connection that may be in use by then.
    const finish: typeof done = (error, context) => {
      if (isDone) return;
      isDone = true;
      if (error) report(error);
      done(error, context);
    };
    const fail = (error: unknown): void => {
      if (isDone) report(error);
      else finish(error instanceof Error ? error : new Error(String(error)));
    };
    try {
      // An async function is no callback by Node's rules, and is written all the same.
      const result: unknown = callback(servername, finish);
      if (result instanceof Promise) result.catch(fail);
    } catch (error) {
      fail(error);
    }
  };
}

function guardPsk(callback: PskCallback, report: (error: unknown) => void): PskCallback {
  return function guarded(this: unknown, ...args) {
    try {
      return Reflect.apply(callback, this, args);
    } catch (error) {
      report(error);
      return null;
    }
  };
}
