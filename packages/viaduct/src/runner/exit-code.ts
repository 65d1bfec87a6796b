/** What `viaduct serve` ends with. 3 and 4 are those of gunicorn. */
export const EXIT = {
  /** It was told to stop, and every request under way was answered. */
  done: 0,
  /** A fault in Viaduct itself. */
  fault: 1,
  /** The application did not start. */
  start: 3,
  /** The application could not be loaded. */
  load: 4,
  /** The address is in use, or not allowed. */
  listen: 5,
  /** Workers died one after another, until none was left. */
  crashes: 6,
  /** It was told to stop, and requests were cut: the time was up, or a second signal came. */
  cut: 7,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
