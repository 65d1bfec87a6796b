import type { ErrorListener } from '@viaduct/core';
import { toError } from '@viaduct/core/internal';
import { pino } from 'pino';
import { type LogDestination, openLog } from './log-file.js';
import { asciiOnly } from './printable.js';
import { requestIdOf, userOf } from './state.js';

export interface ErrorLogOptions {
  /** Where the lines go. Default: standard output, through {@link openLog}. */
  readonly destination?: LogDestination;
  /** `fatal` writes none of them: each has the level `error`. Default `info`. */
  readonly level?: string;
}

/**
 * An error listener that writes a JSON line for each failure: which application, under which mounts, for which
 * request, and the error with its stack and its causes.
 *
 * `serve(application, { onError: createErrorLog() })`
 */
export function createErrorLog({
  destination = openLog(),
  level = 'info',
}: ErrorLogOptions = {}): ErrorListener {
  const lines = pino(
    { level, base: { name: 'error' } },
    { write: (line) => void destination.write(asciiOnly(line)) },
  );
  return (thrown, { application, mounts, context, stray, suspects }) => {
    lines.error(
      {
        application: application?.name,
        mounts,
        stray,
        suspects: suspects?.map((suspect) => ({
          application: suspect.application.name,
          mounts: suspect.mounts,
        })),
        target: context?.target,
        clientAddress: context?.clientAddress,
        user: userOf(context?.state),
        requestId: requestIdOf(context?.state),
        err: toError(thrown),
      },
      toError(thrown).message,
    );
  };
}
