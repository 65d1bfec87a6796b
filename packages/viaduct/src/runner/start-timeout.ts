import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-code.js';

/** What is said of an application that does not get ready, whoever waits for it. */
export function tooLateMessage(startTimeoutMs: number): string {
  return `the application was not ready within ${startTimeoutMs} ms. Find out what its module or its start() waits for, or raise --start-timeout.`;
}

/**
 * Waits for an application to get ready in this process.
 *
 * Its timer also keeps the process: a module that awaits what never comes leaves Node nothing to wait for, which
 * then ends without a word.
 *
 * @throws {CommandError} With exit code 3 when the time is over; whatever is awaited goes on.
 */
export async function withinStartTimeout<Value>(
  ready: Promise<Value>,
  startTimeoutMs: number,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new CommandError(EXIT.start, tooLateMessage(startTimeoutMs))),
      startTimeoutMs,
    );
  });
  try {
    return await Promise.race([ready, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
