/**
 * Draws after how many requests a worker retires: from `maxRequests` to `maxRequests + jitter`, so that workers that
 * started together do not retire together.
 *
 * `(0, 50)` → 0: never
 */
export function drawLimit(maxRequests: number, jitter: number): number {
  if (maxRequests === 0) return 0;
  return maxRequests + Math.floor(Math.random() * (jitter + 1));
}
