import { type Application, type ApplicationLike, ViaductTypeError } from '@viaduct/core';
import { type EndedExchange, withObserver } from '@viaduct/core/internal';
import { pino } from 'pino';
import { fieldsOf } from './access-fields.js';
import { combinedLine } from './combined-line.js';
import { type LogDestination, openLog } from './log-file.js';
import { asciiOnly } from './printable.js';

/** `json`: one JSON object a line; `combined`: that of Apache and nginx, with four fields more at its end. */
export type AccessLogFormat = 'json' | 'combined';

/** What is needed of a logger: pino's is one, and so is the `log` of a Fastify instance. */
export interface AccessLogger {
  info(fields: object, message?: string): void;
}

export interface AccessLogOptions {
  /** Default `json`. */
  readonly format?: AccessLogFormat;
  /** Where the lines go. Default: standard output, through {@link openLog}. */
  readonly destination?: LogDestination;
  /** Your own logger, in the place of format and destination: each answer is one `info` with the fields of a JSON line. */
  readonly logger?: AccessLogger;
}

/**
 * Writes a line for each answer when it has ended, also when it was cut: WebSockets when they close.
 *
 * Outermost, around the application that a server is given, it also tells of what the server refuses before any
 * application is asked. Around the application of one mount, it tells of that mount alone.
 *
 * The user is `context.state.user`: a string, a number, or an object with a `name` or an `id`; the request id
 * is `context.state.requestId`. Whatever clients send is escaped: a line is a line, and all of it is ASCII.
 *
 * @throws {ViaductTypeError} `VIADUCT_E_APPLICATION`, or `VIADUCT_E_OPTION` for an option that is unknown or wrong.
 */
export function withAccessLog(application: ApplicationLike, options: AccessLogOptions = {}): Application {
  refuseWrongOptions(options);
  return withObserver(application, { ended: writerOf(options) }, 'withAccessLog');
}

function writerOf({
  format = 'json',
  destination,
  logger,
}: AccessLogOptions): (exchange: EndedExchange) => void {
  if (logger !== undefined) return (exchange) => logger.info(fieldsOf(exchange), messageOf(exchange));
  const sink = destination ?? openLog();
  if (format === 'combined') return (exchange) => void sink.write(combinedLine(exchange, Date.now()));
  const lines = pino({ base: { name: 'access' } }, { write: (line) => void sink.write(asciiOnly(line)) });
  return (exchange) => lines.info(fieldsOf(exchange));
}

function messageOf({ method, target, status }: EndedExchange): string {
  return `${method} ${target} ${status ?? '-'}`;
}

const OPTIONS: ReadonlySet<string> = new Set<keyof AccessLogOptions>(['format', 'destination', 'logger']);

function refuseWrongOptions({ format, destination, logger, ...rest }: AccessLogOptions): void {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw wrongOption(`there is no option "${unknown}". Options are ${[...OPTIONS].join(', ')}.`);
  }
  if (format !== undefined && format !== 'json' && format !== 'combined') {
    throw wrongOption(`format is ${JSON.stringify(format)}. Write 'json' or 'combined'.`);
  }
  if (logger !== undefined && (format !== undefined || destination !== undefined)) {
    throw wrongOption(
      'a logger has a format and a destination of its own. Leave them out, or leave out logger.',
    );
  }
  if (logger !== undefined && typeof logger.info !== 'function') {
    throw wrongOption('logger has no method info(fields). Write pino(), or the log of a Fastify instance.');
  }
  if (destination !== undefined && typeof destination.write !== 'function') {
    throw wrongOption(
      "destination has no method write(line). Write openLog('access.log'), or process.stderr.",
    );
  }
}

function wrongOption(fault: string): ViaductTypeError {
  return new ViaductTypeError('VIADUCT_E_OPTION', `withAccessLog: ${fault}`);
}
