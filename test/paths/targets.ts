import * as fc from 'fast-check';
import { disguise, type Writing } from './disguise.js';

/**
 * Targets that mean, or nearly mean, one of some paths to somebody: each is a path, written as differently as
 * routers, URL parsers and file servers are known to take for the same, or as garbage.
 *
 * Only of characters that Node's parser lets pass in a target.
 */
export function targetsNear(paths: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 8, arbitrary: disguised(fc.constantFrom(...paths)) },
    {
      weight: 3,
      arbitrary: disguised(fc.array(SEGMENT, { maxLength: 6 }).map((all) => `/${all.join('/')}`)),
    },
    { weight: 2, arbitrary: fc.array(TOKEN, { maxLength: 12 }).map((tokens) => `/${tokens.join('')}`) },
    { weight: 1, arbitrary: fc.string({ unit: VISIBLE, maxLength: 40 }).map((text) => `/${text}`) },
  );
}

/** A path, as somebody would write it who wants it to be read, and not to be seen. */
function disguised(path: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const separators = fc.array(SEPARATOR, { minLength: 6, maxLength: 6 });
  return fc
    .tuple(path, separators, PREFIX, SUFFIX, fc.infiniteStream(WRITING))
    .map(([plain, slashes, prefix, suffix, writings]) =>
      disguise(plain, { slashes, prefix, suffix, writings }),
    );
}

/** The characters that llhttp takes in a target. */
const VISIBLE = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));

const SEGMENT = fc.constantFrom('', ...words('admin secret foo api public x . .. ADMIN administrator'));

const SEPARATOR = mostly(
  '/',
  16,
  6,
  String.raw`// /// \ %2f %2F %5c %5C /./ /.// \\ /\ %2f/ %2e /%2e/ %%32f %252f
    /x/../ /x/%2e%2e/ /x/.%2E/ /x\..\ %2fx%2f..%2f /x//../ /x/y/../../ /..%2f
    /;/ ;/ ;x=1/ /..;/ /x/..;/ /.;/ %3b/ /;x/../ /%00/../ /../ \..\ /%2e%2e%2f`,
);

const PREFIX = mostly(
  '',
  10,
  3,
  String.raw`/ // /\ \ //x //a@b ///x /\x //a:b@c:80 /.//x /y/..//x /. /.. /../.. /%2e%2e /; //;
    /foo/.. /api/.. /admin/.. /public/.. /foo/foo/.. /foo/x/../.. /foo\.. /foo%2f.. /foo/%2e%2e
    http://paths.test HTTP://paths.test http://paths.test/ https://paths.test:80 http://other.test /http://x`,
);

const SUFFIX = mostly(
  '',
  10,
  5,
  String.raw`/ // \ %2f /. /.. /x/.. /x /%2e . .. ; ;x ;x=1/y %3b /; /.; /..;/
    ? ?x ?x=/admin # #x #/../.. ?x#y #? % %zz %ff %00 %20 %0d%0a %3f %23 %%36%31 /%%36%31`,
);

/** How one character is written. */
const WRITING: fc.Arbitrary<Writing> = fc.oneof(
  { weight: 90, arbitrary: fc.constant<Writing>('plain') },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Writing>(
      ...(['upper', 'triplet', 'capital triplet', 'broken triplet', 'twice', 'upper triplet'] as const),
    ),
  },
);

/** The pieces that matter, in any order. */
const TOKEN = fc.constantFrom(
  ...words(String.raw`/ / / \ %2f %5c %2e . .. // ; # ? % @ : %25 %61 %3b %00 %ff %%36%31
    admin secret foo api ADMIN a dmin x /../ /.. /admin /foo /api /secret //a@b`),
);

function mostly(usual: string, usually: number, otherwise: number, others: string): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: usually, arbitrary: fc.constant(usual) },
    { weight: otherwise, arbitrary: fc.constantFrom(...words(others)) },
  );
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
