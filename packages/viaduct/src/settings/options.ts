import { availableParallelism } from 'node:os';
import {
  choice,
  duration,
  integer,
  list,
  type Option,
  readNumber,
  size,
  text,
  toggle,
  ValueError,
} from './option.js';
import { BIND_FORMS, parseBind } from '../runner/bind.js';
import type { Settings } from './settings.js';
import { TOKEN } from '../token.js';

const LISTENING = 'Where to listen';
const WORKERS = 'Workers';
const STOPPING = 'Starting and stopping';
const HEALTH = 'Health';
const REQUESTS = 'Requests';
const LOGS = 'Logs';

/** A target that is anything else never comes. */
const PROBE_PATH = { pattern: /^\/[^\s#]*$/, instead: 'Write a path that begins with a slash: /readyz.' };

/** Every setting once: flags, environment variables, configuration file, help and documentation are made from this. */
export const OPTIONS: { readonly [Key in keyof Settings]: Option<Settings[Key]> } = {
  bind: {
    group: LISTENING,
    help: 'address: 127.0.0.1:3000, :3000, [::1]:3000, unix:/run/app.sock, or fd://3 for an inherited socket',
    placeholder: '<address>',
    default: '127.0.0.1:3000',
    short: 'b',
    read: readAddress,
  },
  socketMode: {
    group: LISTENING,
    help: 'permissions of a UNIX socket, in octal',
    placeholder: '<mode>',
    default: 0o660,
    show: showMode,
    read: readMode,
  },
  tlsCert: text({
    group: LISTENING,
    help: 'serve HTTPS with the certificate chain in this PEM file',
    placeholder: '<file>',
    default: undefined,
  }),
  tlsKey: text({
    group: LISTENING,
    help: 'its private key',
    placeholder: '<file>',
    default: undefined,
  }),
  http2: toggle({
    group: LISTENING,
    help: 'with TLS, speak HTTP/2 with clients that can',
    default: false,
  }),
  pidFile: text({
    group: LISTENING,
    help: 'write the process id to this file',
    placeholder: '<file>',
    default: undefined,
  }),
  workers: {
    group: WORKERS,
    help: 'worker processes; auto: one for each core; 0: none, and nobody watches the application',
    placeholder: '<n>|auto',
    default: 1,
    short: 'w',
    read: readWorkers,
  },
  heartbeatTimeoutMs: duration({
    group: WORKERS,
    help: 'kill a worker whose event loop stands still for this long; 0: never',
    default: 30_000,
  }),
  maxRequests: integer({
    group: WORKERS,
    help: 'replace a worker after this many requests; 0: never',
    placeholder: '<n>',
    default: 0,
    min: 0,
  }),
  maxRequestsJitter: integer({
    group: WORKERS,
    help: 'up to this many more, drawn for each worker, so that they do not all retire at once',
    placeholder: '<n>',
    default: 0,
    min: 0,
  }),
  maxMemoryBytes: size({
    group: WORKERS,
    help: 'replace a worker that holds more resident memory; 0: never',
    default: 0,
  }),
  maxCrashes: integer({
    group: WORKERS,
    help: 'give up after this many workers in a row that died young, with none left that serves',
    placeholder: '<n>',
    default: 5,
    min: 1,
  }),
  startTimeoutMs: duration({
    group: STOPPING,
    help: 'how long the application may take to start',
    min: 1,
    default: 30_000,
  }),
  gracefulTimeoutMs: duration({
    group: STOPPING,
    help: 'how long requests under way are waited for when a worker stops',
    default: 30_000,
  }),
  warmUp: list({
    group: STOPPING,
    help: 'targets that the application must answer before it takes connections',
    placeholder: '<path,…>',
    default: [],
  }),
  readinessPath: text({
    group: HEALTH,
    help: 'answered 200 while requests are taken, 503 when the server is about to stop',
    placeholder: '<path>',
    default: undefined,
    form: PROBE_PATH,
  }),
  livenessPath: text({
    group: HEALTH,
    help: 'answered 200 for as long as the event loop turns',
    placeholder: '<path>',
    default: undefined,
    form: PROBE_PATH,
  }),
  readinessDelayMs: duration({
    group: HEALTH,
    help: 'go on taking connections for this long after the readiness has turned 503',
    default: 0,
  }),
  keepAliveTimeoutMs: duration({
    group: REQUESTS,
    help: 'how long an idle connection is kept; longer than load balancers keep theirs',
    min: 1,
    default: 72_000,
  }),
  maxTargetBytes: size({
    group: REQUESTS,
    help: 'longer request targets are answered with 414',
    min: 1,
    default: 8_192,
  }),
  maxHeaderBytes: size({
    group: REQUESTS,
    help: 'longer heads are answered with 431; 0: no limit',
    default: 16_384,
  }),
  maxHeaders: integer({
    group: REQUESTS,
    help: 'more headers in one request are answered with 431; 0: no limit',
    placeholder: '<n>',
    default: 200,
    min: 0,
  }),
  maxBodyBytes: size({
    group: REQUESTS,
    help: 'longer request bodies are answered with 413, unless a mount sets its own; 0: no limit',
    default: 104_857_600,
  }),
  headersTimeoutMs: duration({
    group: REQUESTS,
    help: 'how long a head may take to come; 0: no limit',
    default: 20_000,
  }),
  requestTimeoutMs: duration({
    group: REQUESTS,
    help: 'how long a whole request may take to come; 0: no limit',
    default: 300_000,
  }),
  handlerTimeoutMs: duration({
    group: REQUESTS,
    help: 'how long an application may take until its answer begins, else 504; 0: no limit',
    default: 60_000,
  }),
  maxInFlight: integer({
    group: REQUESTS,
    help: 'more requests at a time in one worker are answered with 503; 0: no limit',
    placeholder: '<n>',
    default: 0,
    min: 0,
  }),
  maxConnections: integer({
    group: REQUESTS,
    help: 'more connections to one worker are closed; 0: no limit',
    placeholder: '<n>',
    default: 0,
    min: 0,
  }),
  maxRequestsPerConnection: integer({
    group: REQUESTS,
    help: 'close a connection after this many requests; 0: never',
    placeholder: '<n>',
    default: 0,
    min: 0,
  }),
  trustProxy: list({
    group: REQUESTS,
    help: 'proxies in front whose X-Forwarded headers are believed: loopback, 10.0.0.0/8, unix for those of a UNIX socket',
    placeholder: '<range,…>',
    default: [],
  }),
  accessLog: choice({
    group: LOGS,
    help: 'a line for each request, when its answer has ended',
    words: ['json', 'combined', 'off'],
    default: 'json',
  }),
  accessLogFile: text({
    group: LOGS,
    help: 'write the access log to this file instead of standard output',
    placeholder: '<file>',
    default: undefined,
  }),
  logLevel: choice({
    group: LOGS,
    help: 'what else is logged, from this level on',
    words: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
    default: 'info',
  }),
  metrics: {
    group: LOGS,
    help: 'show metrics for Prometheus at this address of their own, such as 127.0.0.1:9464; needs prom-client',
    placeholder: '<address>',
    default: undefined,
    read: readAddress,
  },
  requestIdHeader: text({
    group: LOGS,
    help: 'give every request an id, taken from and answered in this header',
    placeholder: '<name>',
    default: undefined,
    form: { pattern: TOKEN, instead: 'Write the name of a header: x-request-id.' },
  }),
};

function readAddress(value: unknown): string {
  if (typeof value === 'string' && parseBind(value) !== undefined) return value;
  throw new ValueError(`Write ${BIND_FORMS}.`);
}

function readWorkers(value: unknown): number {
  if (value === 'auto') return availableParallelism();
  const count = readNumber(value);
  if (Number.isInteger(count) && count >= 0 && count <= 1024) return count;
  throw new ValueError('Write a whole number, 0 to 1024, or auto.');
}

/** No number: that of 400 is 0o620, and what was meant by it nobody can tell. */
function readMode(value: unknown): number {
  if (typeof value === 'string' && /^0?o?[0-7]{3}$/.test(value)) return Number.parseInt(value.slice(-3), 8);
  throw new ValueError("Write a text of three octal digits: '660'.");
}

/** As `chmod` takes it: `660`. */
function showMode(value: unknown): string {
  return Number(value).toString(8).padStart(3, '0');
}
