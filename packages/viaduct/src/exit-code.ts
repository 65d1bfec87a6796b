/** What the `viaduct` command ends with. 3 and 4 are those of gunicorn. */
export const EXIT = {
  /** Done; a server was told to stop, and every request under way was answered. */
  done: 0,
  /** A check found something, or Viaduct itself failed. */
  fault: 1,
  /** Wrong use: a command, flag or value that there is not. */
  usage: 2,
  /** The application did not start. */
  start: 3,
  /** The application could not be loaded. */
  load: 4,
  /** The address is in use, or not allowed. */
  listen: 5,
  /** Workers died one after another, until none was left. */
  crashes: 6,
  /** A server was told to stop, and requests were cut: the time was up, or a second signal came. */
  cut: 7,
  /** Ctrl-C in the middle of questions: what a shell makes of SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
