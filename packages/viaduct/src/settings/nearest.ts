import leven from 'leven';

/** ` Did you mean --workers?`, where one of the known words is like the one that was written; else `''`. */
export function nearest(written: string, known: readonly string[]): string {
  const [best] = known
    .map((word) => ({ word, distance: leven(written.toLowerCase(), word.toLowerCase()) }))
    .toSorted((left, right) => left.distance - right.distance);
  if (best === undefined || best.distance > Math.max(2, written.length / 3)) return '';
  return ` Did you mean ${best.word}?`;
}
