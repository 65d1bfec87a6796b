import type { AccessLogger } from '../logging/access-log.js';
import { asciiOnly } from '../logging/printable.js';

/** What a line is made of: the fields of the access log. */
interface Fields {
  readonly method: string;
  readonly target: string;
  readonly status: number | undefined;
  readonly durationMs: number;
  readonly mounts: readonly string[];
  readonly outcome: string;
}

/** One line for each request, for a person: `GET /api/users  200  /api  3 ms`. */
export function requestLines(write: (line: string) => void): AccessLogger {
  return { info: (fields) => write(requestLine(fields as Fields)) };
}

function requestLine({ method, target, status, durationMs, mounts, outcome }: Fields): string {
  const duration = durationMs < 10 ? durationMs.toFixed(1) : durationMs.toFixed(0);
  const mount = mounts.length === 0 ? '-' : mounts.join(' > ');
  const end = outcome === 'completed' ? '' : `  ${outcome}`;
  return asciiOnly(`${method} ${target}  ${status ?? '-'}  ${mount}  ${duration} ms${end}`);
}
