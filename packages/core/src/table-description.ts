import type { ApplicationDescription, Decision, DecisionRequest } from './description.js';
import type { GuardTable } from './guards.js';
import { AMBIGUOUS, type MountTable } from './mount-table.js';
import { parseTarget } from './target.js';

/** A dispatcher, for those who want to see its table or know where a request would go. */
export function describeDispatcher(table: MountTable, guards: GuardTable): ApplicationDescription {
  return {
    framework: 'viaduct',
    table: {
      mounts: table.mounts,
      guards: guards.descriptions,
      isolatesHosts: table.isolatesHosts,
      decide: (request) => decide(table, guards, request),
    },
  };
}

/** By the very functions that dispatch: an explanation of its own would be a second parser. */
function decide(table: MountTable, guards: GuardTable, request: DecisionRequest): Decision {
  const { basePath, host } = request;
  // A dispatcher is asked for whole targets; where the path above it is missing, it has nothing to say.
  const target = parseTarget(request.target);
  if (target === undefined) {
    return { guards: undefined, readings: [], mount: undefined, refusal: 'too-many-readings' };
  }
  const readings = table.owners(target, basePath, host);
  const match = table.match(target, basePath, host);
  const found = {
    guards: guards.wouldApply(target, basePath, host),
    readings,
    mount: match === AMBIGUOUS ? undefined : match,
  };
  if (match === undefined) return { ...found, refusal: 'not-mounted' };
  if (match !== AMBIGUOUS) return { ...found, refusal: undefined };
  if (readings.length === 0) return { ...found, refusal: 'too-many-readings' };
  const isAgreed = readings.every(({ mount }) => mount === readings[0]?.mount);
  return { ...found, refusal: isAgreed ? 'climbs' : 'ambiguous' };
}
