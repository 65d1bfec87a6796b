import { stderr, stdout } from 'node:process';

/**
 * A log line that nobody can read any more (EPIPE) is lost, and the process goes on.
 *
 * Without a listener the error would end it.
 */
export function surviveBrokenOutput(): void {
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
}
