import { readdirSync, readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const packages = fileURLToPath(new URL('../../packages', import.meta.url));

/** What each package may import of other packages. Nothing points back. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  node: ['@viaduct/core', '@fastify/proxy-addr'],
  fastify: ['@viaduct/core', '@viaduct/node', 'fastify', 'find-my-way'],
  koa: ['@viaduct/core', '@viaduct/node', 'koa'],
  testing: ['@viaduct/core', '@viaduct/node'],
  viaduct: [
    '@viaduct/core',
    '@viaduct/node',
    '@viaduct/testing',
    '@clack/prompts',
    'leven',
    'pino',
    'prom-client',
    'tsx',
  ],
  'create-viaduct': ['viaduct'],
};

interface Import {
  readonly place: string;
  readonly specifier: string;
  /** Erased by the compiler. */
  readonly isType: boolean;
}

describe('Arrows between packages', () => {
  test('every package has its arrows written down here', () => {
    expect(readdirSync(packages).toSorted()).toEqual(Object.keys(ARROWS).toSorted());
  });

  for (const [name, allowed] of Object.entries(ARROWS)) {
    test(`${name} imports of other packages: ${allowed.join(', ') || 'nothing'}`, () => {
      const foreign = importsOf(name).filter(
        ({ specifier }) => !specifier.startsWith('.') && !isBuiltin(specifier),
      );
      expect(foreign.filter(({ specifier }) => !allowed.includes(packageOf(specifier)))).toEqual([]);
    });

    test(`${name} declares what it imports`, () => {
      const { dependencies, peerDependencies } = JSON.parse(
        readFileSync(join(packages, name, 'package.json'), 'utf8'),
      ) as Record<string, Record<string, string>>;
      expect(Object.keys({ ...dependencies, ...peerDependencies }).toSorted()).toEqual(allowed.toSorted());
    });
  }

  test('what a package may not import does not even resolve there, so that it cannot compile', () => {
    for (const [name, allowed] of Object.entries(ARROWS)) {
      const { resolve } = createRequire(join(packages, name, 'src/index.ts'));
      const forbidden = Object.keys(ARROWS)
        .map(nameOf)
        .filter((other) => other !== nameOf(name) && !allowed.includes(other));
      for (const other of forbidden)
        expect(() => resolve(other), `${name} → ${other}`).toThrow(/Cannot find/);
    }
  });

  test('core imports no module of Node at run time, so that it runs on every runtime', () => {
    expect(
      importsOf('core').filter(({ specifier, isType }) => !specifier.startsWith('.') && !isType),
    ).toEqual([]);
  });

  test('relative imports stay inside their package', () => {
    const climbing = Object.keys(ARROWS)
      .flatMap(importsOf)
      .filter(({ specifier }) => /(?:\.\.\/){2}/.test(specifier));
    expect(climbing).toEqual([]);
  });

  test('the reader of import statements sees every form of them', () => {
    const source = [
      "import { a } from 'a';",
      "import type { b } from 'b';",
      "import { type c, type d } from 'c';",
      "import {\n  type e,\n  f,\n} from 'e';",
      "export * from 'g';",
      "export type { h } from 'h';",
      "import 'i';",
      "const j = await import('j');",
      "const k = require('k');",
      "type L = import('l').L;",
    ].join('\n');
    expect(readImports(source, 'x').map(({ specifier, isType }) => [specifier, isType])).toEqual([
      ['a', false],
      ['b', true],
      ['c', false],
      ['e', false],
      ['g', false],
      ['h', true],
      ['i', false],
      ['j', false],
      ['k', false],
      ['l', false],
    ]);
  });
});

function nameOf(folder: string): string {
  return folder.endsWith('viaduct') ? folder : `@viaduct/${folder}`;
}

function importsOf(name: string): Import[] {
  const folder = join(packages, name, 'src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  expect(files).not.toEqual([]);
  return files.flatMap((file) =>
    readImports(readFileSync(join(folder, file), 'utf8'), `${name}/src/${file}`),
  );
}

/** `import … from`, `export … from`, `import '…'`, `import('…')` (as a type too) and `require('…')`. */
const IMPORT =
  /^(?:import|export)\s+(?<clause>(?:type\s+)?[\w*{][^'";]*?)\s+from\s+'(?<from>[^']+)'|^import\s+'(?<bare>[^']+)'|\b(?:import|require)\(\s*'(?<call>[^']+)'/gm;

function readImports(source: string, place: string): Import[] {
  return [...source.matchAll(IMPORT)].map(({ groups = {} }) => {
    const { clause = '', from, bare, call } = groups;
    return { place, specifier: from ?? bare ?? call ?? '', isType: isTypeClause(clause) };
  });
}

/** An import whose names are types one by one stays, for its side effects, as `import {} from` (`verbatimModuleSyntax`). */
function isTypeClause(clause: string): boolean {
  return clause.startsWith('type ');
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
