import { closeSync, openSync } from 'node:fs';
import { ViaductError } from '@viaduct/core';
import { LogWriter } from './log-writer.js';

/** Where lines are written: a {@link LogFile}, `process.stderr`, any stream, or an object of your own. */
export interface LogDestination {
  write(line: string): unknown;
}

/** A log that is open. */
export interface LogFile extends LogDestination {
  /** Takes one line, its newline included, and returns at once; it is written as soon as what is before it is. */
  write(line: string): void;
  /** Opens the path anew, after something has moved the file away: what `logrotate` does. Standard output stays as it is. */
  reopen(): void;
  /** Writes what is left, for a second at most, and closes the file. */
  close(): Promise<void>;
}

/**
 * Opens a log: a file that is appended to, or standard output.
 *
 * A log never harms those who write to it. Lines wait in memory while the reader of a pipe is slow or a disk is
 * full, up to 16 MiB, beyond which they are dropped; when nobody reads a pipe any more, the rest is discarded.
 * The first of a row of failures is told on standard error. What waits when the process exits is written then.
 *
 * @param path Default: standard output.
 * @throws {ViaductError} `VIADUCT_E_LOG_FILE` when the file cannot be opened for appending.
 */
export function openLog(path?: string): LogFile {
  // Reading `process.stdout` makes its pipe one that does not block: a reader that stands still would else hold a
  // thread for ever, and the exit of the process with it.
  if (path === undefined) return logOf(new LogWriter(process.stdout.fd, 'on standard output'));
  return logOf(new LogWriter(openFile(path), path), path);
}

/** {@link openLog} for what the command itself has to say. */
export function openStandardError(): LogFile {
  return logOf(new LogWriter(process.stderr.fd, 'on standard error'));
}

function logOf(writer: LogWriter, path?: string): LogFile {
  const onExit = (): void => writer.flushSync();
  process.once('exit', onExit);
  return {
    write: (line) => writer.write(line),
    reopen() {
      if (path !== undefined) writer.replace(() => openFile(path));
    },
    async close() {
      await writer.flush();
      process.off('exit', onExit);
      const descriptor = writer.end();
      if (path !== undefined) closeSync(descriptor);
    },
  };
}

/** Told when the program starts, and not by lines that are missing. */
function openFile(path: string): number {
  try {
    return openSync(path, 'a');
  } catch (error) {
    throw new ViaductError(
      'VIADUCT_E_LOG_FILE',
      `openLog: the log file ${JSON.stringify(path)} cannot be opened: ${(error as Error).message}. ` +
        'Create its folder, and let this user write there.',
      { cause: error },
    );
  }
}
