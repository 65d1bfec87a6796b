export {
  type AccessLogFormat,
  type AccessLogger,
  type AccessLogOptions,
  withAccessLog,
} from './access-log.js';
export { createErrorLog, type ErrorLogOptions } from './error-log.js';
export { type LogDestination, type LogFile, openLog } from './log-file.js';
