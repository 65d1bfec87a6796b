import type { EndedExchange } from '@viaduct/core/internal';
import { keysOf } from './access-fields.js';
import { bare, quoted } from './printable.js';
import { requestIdOf, userOf } from './state.js';

/**
 * A line in the combined format of Apache and nginx, and after its fields the mounts, the seconds that it took,
 * the request id and how it ended.
 *
 * `192.0.2.1 - ada [23/Nov/2026:08:10:10 +0000] "GET /api/users HTTP/1.1" 200 16 "-" "curl/8.5.0" "/api" 0.003 "b1d4" completed`
 *
 * @param endedAt Milliseconds since the epoch. The line tells when the request came in, as Apache's do.
 * @see https://httpd.apache.org/docs/2.4/logs.html#combined
 */
export function combinedLine(exchange: EndedExchange, endedAt: number): string {
  const { method, target, httpVersion, clientAddress, durationMs, state, kind } = exchange;
  const request = `${method} ${target}${httpVersion === undefined ? '' : ` HTTP/${httpVersion}`}`;
  return (
    `${bare(clientAddress)} - ${bare(userOf(state))} [${dateOf(endedAt - durationMs)}] ${quoted(request)} ` +
    `${statusOf(exchange)} ${exchange.bodyBytes ?? '-'} ${quoted(exchange.header('referer'))} ` +
    `${quoted(exchange.header('user-agent'))} ${quoted(keysOf(exchange).join(' '))} ` +
    `${(durationMs / 1_000).toFixed(3)} ${quoted(requestIdOf(state))} ${kind}\n`
  );
}

/** Readers of this format expect a number: nginx's 499 says that the client left before it was answered. */
function statusOf({ status, kind }: EndedExchange): number {
  if (status !== undefined) return status;
  return kind === 'failed' ? 500 : 499;
}

let latestSecond = 0;
let latestDate = '';

/** Made once a second: a date costs more than the rest of the line. */
function dateOf(time: number): string {
  const second = Math.floor(time / 1_000);
  if (second !== latestSecond) {
    latestSecond = second;
    latestDate = formatDate(new Date(second * 1_000));
  }
  return latestDate;
}

/** `23/Nov/2026:08:10:10 +0000`, in UTC. */
function formatDate(date: Date): string {
  const [, day, month, year, time] = date.toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
