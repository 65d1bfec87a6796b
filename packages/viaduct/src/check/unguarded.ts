import type { DescribedApplication } from '../explain/described-application.js';
import type { Explanation } from '../explain/explanation.js';

/** A guard that covers the route that answers, and that would not run. */
export interface Unguarded {
  /** The route as its router has it, with the base path in front: `/admin/:id`. */
  readonly route: string;
  /** The path that the guard covers. */
  readonly guard: string;
}

/**
 * Holds an explanation to one law: the guards of a path run for every route below it, however the target is written.
 *
 * Which route answers is told by the router of the framework, and which guards run by the dispatcher: two readings of
 * one target.
 *
 * @param application The application that was explained.
 */
export function findUnguarded(
  application: DescribedApplication,
  explanation: Explanation,
): Unguarded | undefined {
  const { verdict, steps, host } = explanation;
  if (verdict.kind !== 'application' || typeof verdict.route === 'string') return undefined;
  const route = verdict.seen.basePath + verdict.route.path;
  for (const { basePath, guards = [] } of dispatchersOf(application)) {
    const step = steps.find((candidate) => candidate.basePath === basePath);
    for (const guard of step === undefined ? [] : guards) {
      const slash = guard.key.indexOf('/');
      const isForHost = slash <= 0 || guard.key.slice(0, slash) === host;
      const path = basePath + guard.key.slice(Math.max(0, slash));
      const runs = step?.guards.some(({ key, name }) => key === guard.key && name === guard.name);
      if (isForHost && runs === false && isBelow(route, path)) return { route, guard: path };
    }
  }
  return undefined;
}

function dispatchersOf(application: DescribedApplication): DescribedApplication[] {
  const { mounts = [] } = application;
  return [application, ...mounts.flatMap((mount) => dispatchersOf(mount.application))];
}

/** By whole segments, as they are written: a parameter is no text that a guard could name. */
function isBelow(route: string, path: string): boolean {
  const segments = path.split('/').filter((segment) => segment !== '');
  const own = route.split('/').filter((segment) => segment !== '');
  return segments.every((segment, index) => own[index] === segment);
}
