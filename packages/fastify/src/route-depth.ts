/**
 * How many segments of the path a plugin's whole prefix takes.
 *
 * `/v1/shop` → 2; `/:tenant` → 1; `''` → 0
 *
 * Counted, and not compared: a parametric segment stands for whatever the client has sent, and what has been
 * sent is cut from the target that was parsed at the entry, never from a decoded parameter.
 */
export function routeDepth(prefix: string): number {
  return prefix.split('/').filter((segment) => segment !== '').length;
}
