const DURATIONS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;
const SIZES = [
  ['gb', 2 ** 30],
  ['mb', 2 ** 20],
  ['kb', 2 ** 10],
] as const;

/**
 * A measure as one would write it on the command line.
 *
 * `gracefulTimeoutMs`, 30,000 → `30s`; `maxBodyBytes`, 104,857,600 → `100mb`
 *
 * @param key Of the setting: its end names the unit.
 * @returns `undefined` for what is no measure, and for one that is no whole number of larger units.
 */
export function shortForm(key: string, value: unknown): string | undefined {
  if (typeof value !== 'number' || value === 0) return undefined;
  const unit = unitsOf(key).find(([, factor]) => value % factor === 0);
  return unit === undefined ? undefined : `${value / unit[1]}${unit[0]}`;
}

function unitsOf(key: string): readonly (readonly [name: string, factor: number])[] {
  if (key.endsWith('Ms')) return DURATIONS;
  return key.endsWith('Bytes') ? SIZES : [];
}
