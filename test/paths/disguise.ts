/** How one character of a path is written. */
export type Writing =
  | 'plain'
  | 'upper'
  | 'triplet'
  | 'capital triplet'
  | 'broken triplet'
  | 'twice'
  | 'upper triplet';

/** What a path is written with. */
export interface Disguise {
  /** What stands between segments, in turn. */
  readonly slashes: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
  /** One for each character. */
  readonly writings: Iterator<Writing>;
}

/** `('/admin/secret', …)` → `//a@b/%61dmin%2f..%2fADMIN;x/secret#`, or the like. */
export function disguise(path: string, { slashes, prefix, suffix, writings }: Disguise): string {
  const segments = path.split('/').slice(1);
  const written = segments.map((segment, index) => {
    const characters = Array.from(segment, (character) => write(character, writings.next().value as Writing));
    return (slashes[index % slashes.length] ?? '/') + characters.join('');
  });
  const target = prefix + written.join('') + suffix;
  return /^(?:\/|http)/i.test(target) ? target : `/${target}`;
}

function write(character: string, writing: Writing): string {
  const ways: Record<Writing, () => string> = {
    plain: () => character,
    upper: () => character.toUpperCase(),
    triplet: () => triplet(character),
    'capital triplet': () => triplet(character).toUpperCase(),
    'broken triplet': () => `%${Array.from(triplet(character).slice(1), triplet).join('')}`,
    twice: () => `%25${triplet(character).slice(1)}`,
    'upper triplet': () => triplet(character.toUpperCase()),
  };
  return ways[writing]();
}

function triplet(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
