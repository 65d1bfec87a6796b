/** The middle and the spread of figures that come in groups. */
export interface Summary {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  /** Had the run been repeated, its median would have lain between these two about 19 times of 20. */
  readonly interval: readonly [low: number, high: number];
}

/**
 * Sums up figures in groups: those of one group share whatever made their processes fast or slow.
 *
 * The interval is a bootstrap over the groups, not over the figures: a thousand rounds of the same two
 * processes tell how those two differ, not how the programs do.
 */
export function summarise(groups: readonly (readonly number[])[]): Summary {
  const sorted = sort(groups.flat());
  const random = createRandom();
  const medians: number[] = [];
  for (let draw = 0; draw < 2000; draw += 1) {
    const drawn = groups.flatMap(() => groups[Math.floor(random() * groups.length)] ?? []);
    medians.push(median(drawn));
  }
  const drawnMedians = sort(medians);
  return {
    median: quantile(sorted, 0.5),
    lowerQuartile: quantile(sorted, 0.25),
    upperQuartile: quantile(sorted, 0.75),
    interval: [quantile(drawnMedians, 0.025), quantile(drawnMedians, 0.975)],
  };
}

/** The middle of some figures. */
export function median(figures: readonly number[]): number {
  return quantile(sort(figures), 0.5);
}

export function mean(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}

/** The figure below which this share of them lies. */
export function percentile(figures: readonly number[], share: number): number {
  return quantile(sort(figures), share);
}

function sort(figures: readonly number[]): number[] {
  return figures.toSorted((a, b) => a - b);
}

function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** Mulberry32 from a fixed seed: the same samples always give the same interval. */
function createRandom(): () => number {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
