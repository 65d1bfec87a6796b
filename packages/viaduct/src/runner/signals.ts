import { platform } from 'node:process';

/** What the signals of an operator ask for. */
export interface SignalActions {
  stop(kind: 'graceful' | 'quick'): void;
  reload(): void;
  resize(step: 1 | -1): void;
  /** Log files have been moved away. */
  reopenLogs(): void;
}

/**
 * Maps signals to actions, those of gunicorn where it has them.
 *
 * `SIGTERM`, `SIGINT` → graceful stop; the second one is quick
 * `SIGQUIT` → quick stop
 * `SIGHUP` → reload
 * `SIGTTIN`, `SIGTTOU` → one worker more, one less
 *
 * `SIGUSR2` → log files are opened anew
 *
 * @returns Takes the listeners away.
 */
export function onSignals(actions: SignalActions): () => void {
  const listeners: Partial<Record<NodeJS.Signals, () => void>> = {
    SIGTERM: () => actions.stop('graceful'),
    SIGINT: () => actions.stop('graceful'),
    // Windows knows these by name, and for closing windows or not at all.
    ...(platform !== 'win32' && {
      SIGQUIT: () => actions.stop('quick'),
      SIGHUP: () => actions.reload(),
      SIGTTIN: () => actions.resize(1),
      SIGTTOU: () => actions.resize(-1),
      SIGUSR2: () => actions.reopenLogs(),
    }),
  };
  const entries = Object.entries(listeners) as [NodeJS.Signals, () => void][];
  for (const [signal, listener] of entries) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of entries) process.off(signal, listener);
  };
}
