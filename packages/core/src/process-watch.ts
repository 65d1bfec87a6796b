import type { Application } from './application.js';
import { whose } from './attribution.js';

/** What is read of Node's `process`, where there is one. */
interface ProcessShape {
  listenerCount(event: string): number;
  emitWarning(message: string, options: { readonly type: string; readonly code: string }): void;
  once(event: 'exit', listener: () => void): void;
  off(event: 'exit', listener: () => void): void;
}

/** Listeners on these change what a fault does to everybody in the process. */
const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * Runs an application's `start`, and names it when it takes the process into its own hands: when the process
 * ends meanwhile, by `process.exit()` or because nothing is left that the start could wait for, and when it
 * leaves listeners behind that swallow the faults of all.
 */
export async function watchProcess(
  start: () => void | Promise<void>,
  application: Application,
  mounts: readonly string[],
): Promise<void> {
  const { process } = globalThis as { process?: Partial<ProcessShape> };
  if (!isProcess(process)) return start();
  const before = EVENTS.map((event) => process.listenerCount(event));
  const tellOfExit = (): void =>
    console.error(`viaduct: the process ended while ${whose({ application, mounts })} was starting.`);
  process.once('exit', tellOfExit);
  try {
    await start();
  } finally {
    process.off('exit', tellOfExit);
  }
  const added = EVENTS.filter((event, index) => process.listenerCount(event) > (before[index] ?? 0));
  if (added.length === 0) return;
  process.emitWarning(
    `While it started, ${whose({ application, mounts })} began to listen to ${added.join(' and ')} of the process. ` +
      'Faults of every application end there now, and may not end the process any more.',
    { type: 'ViaductWarning', code: 'VIADUCT_W_PROCESS_LISTENER' },
  );
}

/** Other runtimes have some of it, or none. */
function isProcess(process: Partial<ProcessShape> | undefined): process is ProcessShape {
  return (
    typeof process?.listenerCount === 'function' &&
    typeof process.emitWarning === 'function' &&
    typeof process.once === 'function' &&
    typeof process.off === 'function'
  );
}
