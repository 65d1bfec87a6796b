const GRACE_MS = 500;

/**
 * Ends the process when its work is done, whatever an application has left open: a timer, a connection of a
 * database pool. What ends by itself, ends before.
 */
export function endSoon(code: number): number {
  setTimeout(() => process.exit(code), GRACE_MS).unref();
  return code;
}
