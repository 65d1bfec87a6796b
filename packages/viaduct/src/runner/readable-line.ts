const ERROR = 50;
const WARNING = 40;

/**
 * A line of the runner's log, for a person at a terminal.
 *
 * `{"level":30,"time":…,"msg":"worker 7 serves"}` → `19:51:04  worker 7 serves`
 */
export function readableLine(line: string): string {
  const { time, level, msg } = JSON.parse(line) as { time: number; level: number; msg: string };
  const clock = new Date(time).toTimeString().slice(0, 8);
  return `${clock}  ${markOf(level)}${msg.replaceAll(CONTROL, '�')}\n`;
}

function markOf(level: number): string {
  if (level >= ERROR) return 'ERROR  ';
  return level >= WARNING ? 'WARNING  ' : '';
}

/** What a terminal obeys; messages of errors have several lines, and come from anywhere. */
// oxlint-disable-next-line no-control-regex -- these are looked for
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;
