/** The longest that a timer can wait, some 24 days: one that is told to wait longer goes off at once. */
const LONGEST_MS = 2_147_483_647;

/**
 * Calls `action` when a time has passed.
 *
 * @param ms `Infinity`: it is never called.
 * @returns What `clearTimeout` takes.
 */
export function setTimeLimit(ms: number, action: () => void): ReturnType<typeof setTimeout> | undefined {
  return ms === Infinity ? undefined : setTimeout(action, Math.min(ms, LONGEST_MS));
}
