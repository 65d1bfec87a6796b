import type { Bound } from './goals.js';
import type { Figure } from './run-report.js';

/**
 * What became of a goal. `within noise`: the goal lies inside of the figure's spread, or no farther from the figure
 * than two of the same program were from each other in that run. `unclear`: there were too few generations for a spread.
 */
export type Verdict = 'met' | 'missed' | 'within noise' | 'unclear';

/** Two processes of the same program differ; fewer than this say nothing of how much. */
const fewestGenerations = 5;

/** Compares a figure with what it ought to be. */
export function judge(figure: Figure, bound: Bound): Verdict {
  const { value, low = value, high = value, noise = 0, generations = Infinity } = figure;
  if (generations < fewestGenerations) return 'unclear';
  const [isMet, isSure] =
    'atMost' in bound
      ? [value <= bound.atMost, value <= bound.atMost ? high <= bound.atMost : low > bound.atMost]
      : [value >= bound.atLeast, value >= bound.atLeast ? low >= bound.atLeast : high < bound.atLeast];
  const limit = 'atMost' in bound ? bound.atMost : bound.atLeast;
  if (!isSure || Math.abs(value - limit) < noise * Math.abs(limit)) return 'within noise';
  return isMet ? 'met' : 'missed';
}
