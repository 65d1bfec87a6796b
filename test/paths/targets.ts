import fc from 'fast-check';

/**
 * Targets that mean, or nearly mean, one of some paths to somebody: each is a path, written as differently as
 * routers, URL parsers and file servers are known to take for the same, or as garbage.
 *
 * Only of characters that Node's parser lets pass in a target.
 */
export function targetsNear(paths: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 8, arbitrary: disguised(fc.constantFrom(...paths)) },
    { weight: 3, arbitrary: disguised(fc.array(SEGMENT, { maxLength: 6 }).map((all) => `/${all.join('/')}`)) },
    { weight: 2, arbitrary: TOKENS },
    { weight: 1, arbitrary: fc.string({ unit: VISIBLE, maxLength: 40 }).map((text) => `/${text}`) },
  );
}

/** The characters that llhttp takes in a target. */
const VISIBLE = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));

const SEGMENT = fc.constantFrom('admin', 'secret', 'foo', 'api', 'public', 'x', '', '.', '..', 'ADMIN', 'administrator');

/** What stands between two segments, in the disguises of a slash. */
const SEPARATOR = fc.oneof(
  { weight: 16, arbitrary: fc.constant("/") },
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      ...['//', '///', '\\', '%2f', '%2F', '%5c', '%5C', '/./', '/.//', '\\\\', '/\\', '%2f/', '/%2e/', '%%32f', '%252f'],
      ...['/x/../', '/x/%2e%2e/', '/x/.%2E/', '/x\\..\\', '%2fx%2f..%2f', '/x//../', '/x/y/../../', '/..%2f'],
      ...['/;/', ';/', ';x=1/', '/..;/', '/x/..;/', '/.;/', '%3b/', '/;x/../', '/%00/../', '/../', '\\..\\', '/%2e%2e%2f'],
    ),
  },
);

/** What stands before the path. */
const PREFIX = fc.oneof(
  { weight: 10, arbitrary: fc.constant('') },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...['/', '//', '/\\', '\\', '//x', '//a@b', '///x', '/\\x', '//a:b@c:80', '/.', '/..', '/../..', '/%2e%2e', '/;', '//;'],
      ...['/foo/..', '/api/..', '/admin/..', '/public/..', '/foo/foo/..', '/foo/x/../..', '/foo\\..', '/foo%2f..', '/foo/%2e%2e'],
      ...['http://paths.test', 'HTTP://paths.test', 'http://paths.test/', 'https://paths.test:80', 'http://other.test', '/http://x'],
    ),
  },
);

/** What stands behind it. */
const SUFFIX = fc.oneof(
  { weight: 10, arbitrary: fc.constant('') },
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      ...['/', '//', '\\', '%2f', '/.', '/..', '/x/..', '/%2e', '.', '..', ';', ';x', ';x=1/y', '%3b', '/;', '/.;', '/..;/'],
      ...['?', '?x', '?x=/admin', '#', '#x', '#/../..', '?x#y', '#?', '%', '%zz', '%ff', '%00', '%20', '%0d%0a', '%3f', '%23', '%%36%31'],
    ),
  },
);

/** Writes a path as somebody would who wants it to be read, and not to be seen. */
function disguised(path: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(path, fc.array(SEPARATOR, { minLength: 6, maxLength: 6 }), PREFIX, SUFFIX, fc.infiniteStream(CHARACTER))
    .map(([plain, separators, prefix, suffix, characters]) => {
      const segments = plain.split('/').slice(1);
      const written = segments.map((segment) => {
        return [...segment].map((character) => write(character, characters.next().value ?? 'plain')).join('');
      });
      const body = written.map((segment, index) => (separators[index % 6] ?? '/') + segment).join('');
      const target = prefix + body + suffix;
      return /^(?:\/|http)/i.test(target) ? target : `/${target}`;
    });
}

type Writing = 'plain' | 'upper' | 'triplet' | 'capital triplet' | 'broken triplet' | 'twice' | 'upper triplet';

const CHARACTER: fc.Arbitrary<Writing> = fc.oneof(
  { weight: 90, arbitrary: fc.constant<Writing>('plain') },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Writing>('upper', 'triplet', 'capital triplet', 'broken triplet', 'twice', 'upper triplet'),
  },
);

function write(character: string, writing: Writing): string {
  const triplet = (text: string): string => `%${text.charCodeAt(0).toString(16).padStart(2, '0')}`;
  const ways: Record<Writing, () => string> = {
    plain: () => character,
    upper: () => character.toUpperCase(),
    triplet: () => triplet(character),
    'capital triplet': () => triplet(character).toUpperCase(),
    'broken triplet': () => `%${[...triplet(character).slice(1)].map(triplet).join('')}`,
    twice: () => `%25${triplet(character).slice(1)}`,
    'upper triplet': () => triplet(character.toUpperCase()),
  };
  return ways[writing]();
}

/** The pieces that matter, in any order. */
const TOKENS = fc
  .array(
    fc.constantFrom(
      ...['/', '/', '/', '\\', '%2f', '%5c', '%2e', '.', '..', '//', ';', '#', '?', '%', '@', ':', '%25', '%61', '%3b', '%00', '%ff'],
      ...['admin', 'secret', 'foo', 'api', 'ADMIN', 'a', 'dmin', 'x', '/../', '/..', '/admin', '/foo', '/api', '/secret', '//a@b'],
    ),
    { maxLength: 12 },
  )
  .map((tokens) => `/${tokens.join('')}`);
