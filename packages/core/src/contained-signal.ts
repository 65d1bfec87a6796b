import { isThenable } from './thenable.js';

type ListenerFunction = (event: Event) => void;
type Listener = ListenerFunction | { handleEvent(event: Event): void };

/**
 * A signal to be given to applications: what their listeners throw, or reject with, is reported.
 *
 * Left to itself, Node throws it anew in the next turn, where nobody can catch it, and the process ends.
 */
export function containListeners(signal: AbortSignal, report: (error: unknown) => void): AbortSignal {
  const contained = new WeakMap<object, ListenerFunction>();
  let handler: Listener | null = null;

  function contain(listener: Listener): Listener {
    // `null` is allowed, and anything else that is no listener is an error of the platform's own.
    if (!isListener(listener)) return listener;
    let known = contained.get(listener);
    if (known === undefined) {
      known = (event) => runReporting(listener, signal, event, report);
      contained.set(listener, known);
    }
    return known;
  }

  return Object.defineProperties(signal, {
    addEventListener: {
      writable: true,
      configurable: true,
      value(type: string, listener: Listener, ...options: []) {
        AbortSignal.prototype.addEventListener.call(signal, type, contain(listener), ...options);
      },
    },
    removeEventListener: {
      writable: true,
      configurable: true,
      value(type: string, listener: Listener, ...options: []) {
        AbortSignal.prototype.removeEventListener.call(signal, type, contain(listener), ...options);
      },
    },
    onabort: {
      configurable: true,
      get: () => handler,
      set(value: unknown) {
        if (handler !== null) this.removeEventListener('abort', handler);
        handler = typeof value === 'function' ? (value as ListenerFunction) : null;
        if (handler !== null) this.addEventListener('abort', handler);
      },
    },
  });
}

function isListener(value: unknown): boolean {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}

function runReporting(
  listener: Listener,
  signal: AbortSignal,
  event: Event,
  report: (error: unknown) => void,
): void {
  try {
    const result: unknown =
      typeof listener === 'function' ? listener.call(signal, event) : listener.handleEvent(event);
    if (isThenable(result)) result.then(undefined, report);
  } catch (error) {
    report(error);
  }
}
