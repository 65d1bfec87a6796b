import type { Application, ErrorListener } from '@viaduct/core';
import { type Logger, pino } from 'pino';
import { withRequestId } from '../request-id.js';
import type { Settings } from '../settings/settings.js';
import { withAccessLog } from './access-log.js';
import { createErrorLog } from './error-log.js';
import { openLog, openStandardError } from './log-file.js';
import { asciiOnly } from './printable.js';

export type LogSettings = Pick<Settings, 'accessLog' | 'accessLogFile' | 'logLevel' | 'requestIdHeader'>;

/** The logs of one process of the command: answers on standard output or in a file, all else on standard error. */
export interface ProgramLogs {
  /** What the command itself has to say, from `logLevel` on. */
  readonly log: Logger;
  /** For `serve`: failures of applications, from `logLevel` on. */
  readonly onError: ErrorListener;
  /** Puts request ids and the access log around an application, as far as the settings ask for them. */
  around(application: Application): Application;
  /** Opens the file of the access log anew, when something has moved it away. */
  reopen(): void;
  /** Writes what is left, for a second at most. */
  close(): Promise<void>;
}

/**
 * Makes the logs that the settings describe.
 *
 * @throws {ViaductError} `VIADUCT_E_LOG_FILE` when the file of the access log cannot be opened.
 * @throws {ViaductTypeError} `VIADUCT_E_OPTION`, from `around`, when `requestIdHeader` is no name of a header.
 */
export function createProgramLogs(settings: LogSettings): ProgramLogs {
  const { accessLog: format, accessLogFile, logLevel: level, requestIdHeader: header } = settings;
  const answers = format === 'off' ? undefined : openLog(accessLogFile);
  const events = openStandardError();
  return {
    log: pino({ level, base: { name: 'viaduct' } }, { write: (line) => events.write(asciiOnly(line)) }),
    onError: createErrorLog({ destination: events, level }),
    around(application) {
      const identified = header === undefined ? application : withRequestId(application, { header });
      if (format === 'off' || answers === undefined) return identified;
      return withAccessLog(identified, { format, destination: answers });
    },
    reopen: () => answers?.reopen(),
    async close() {
      await Promise.all([answers?.close(), events.close()]);
    },
  };
}
