import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { curl } from '../readme/curl.js';
import { atPort } from '../readme/program.js';
import { freePort, start } from '../readme/running.js';
import { type Snippet, snippetsOf } from '../readme/snippets.js';
import { execute, FRAMEWORKS, lowest, root, UserProject, versionOf } from './user-project.js';

const NAMES = readdirSync(join(root, 'packages')).map((name) =>
  name.endsWith('viaduct') ? name : `@viaduct/${name}`,
);
const project = new UserProject();
const example = snippetsOf('README.md', readFileSync(join(root, 'README.md'), 'utf8'))[0] as Snippet;

beforeAll(() => project.install(), 120_000);
afterAll(() => project.remove());

describe('A packed package', () => {
  test.each(NAMES)(
    '%s holds its code, its declarations, their sources, README and LICENSE, and nothing else',
    (name) => {
      const files = filesOf(name);
      const expected = ['LICENSE', 'README.md', 'dist/index.d.ts', 'src/index.ts', entryOf(name)];
      expect(
        expected.filter((file) => !files.includes(file)),
        'missing',
      ).toEqual([]);
      const sources = new Set(
        files.filter((file) => file.startsWith('src/')).map((file) => file.slice(4, -'.ts'.length)),
      );
      // The path corpus and the template of projects are data, published beside the code.
      const isData = (file: string): boolean => /^(?:corpus|templates)\//.test(file);
      const others = files.filter(
        (file) => !isOfSource(file, sources) && !isData(file) && !isBundle(name, file),
      );
      expect(others.toSorted()).toEqual(['LICENSE', 'README.md', 'package.json']);
    },
  );

  test.each(NAMES)('%s names no place of the workspace', (name) => {
    const texts = filesOf(name).map((file) => readFileSync(join(folderOf(name), file), 'utf8'));
    expect(texts.filter((text) => text.includes(root))).toEqual([]);
    expect(texts.filter((text) => /["'](?:workspace|catalog|link):/.test(text))).toEqual([]);
  });

  test.each(NAMES)('%s has sources where its maps point to', (name) => {
    const maps = filesOf(name).filter((file) => file.endsWith('.map'));
    for (const map of maps) {
      const { sources } = JSON.parse(readFileSync(join(folderOf(name), map), 'utf8')) as {
        sources: string[];
      };
      for (const source of sources)
        expect(existsSync(join(folderOf(name), map, '..', source)), source).toBe(true);
    }
  });

  test.each(NAMES)('%s declares its types without those of a framework', (name) => {
    const declarations = filesOf(name).filter((file) => file.endsWith('.d.ts'));
    const foreign = declarations
      .flatMap((file) => [
        ...readFileSync(join(folderOf(name), file), 'utf8').matchAll(/from '([^.'][^']*)'/g),
      ])
      .map(([, specifier]) => specifier)
      .filter((specifier = '') => !/^(?:node:|@viaduct\/)/.test(specifier) && !isDependency(name, specifier));
    expect(foreign).toEqual([]);
  });
});

describe('The example of the README, pasted into an empty project', () => {
  test('compiles with NodeNext resolution, strictly and with the declarations checked, and answers as shown', async () => {
    await runs('nodenext', 'ts', { module: 'nodenext' });
  });

  test('compiles with Bundler resolution, and answers as shown', async () => {
    await runs('bundler', 'ts', { module: 'esnext', moduleResolution: 'bundler' });
  });

  test('runs as plain JavaScript', async () => {
    await runs('plain', 'js');
  });

  test('runs with require', async () => {
    const required = example.code
      .replaceAll(/^import (.*) from ('.*');$/gm, 'const $1 = require($2);')
      .replace(/^const shop/m, 'void (async () => {\nconst shop');
    await runs('required', 'cjs', undefined, `${required}})();\n`);
  });

  test('D6 runs with the lowest versions of the frameworks that the bridges allow', async () => {
    let { code } = example;
    for (const name of FRAMEWORKS) code = code.replace(`from '${name}'`, `from '${lowest(name)}'`);
    expect(code).toContain(`from '${lowest('koa')}'`);
    await runs('lowest', 'js', undefined, code);
  });

  test('compiles as a CommonJS module with NodeNext resolution', () => {
    project.write(
      'commonjs/main.cts',
      "import viaduct = require('viaduct');\nexport const { serve } = viaduct;\n",
    );
    project.compile('commonjs', { module: 'nodenext' });
  });
});

describe('A project that npm create viaduct begins', () => {
  const folder = join(project.folder, 'my-app');

  beforeAll(() => {
    execute(process.execPath, ['node_modules/create-viaduct/dist/index.js', 'my-app'], project.folder);
  });

  test('compiles, strictly', () => {
    execute(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], folder);
  });

  test('passes its own test', () => {
    const words = ['--import', 'tsx', '--test', 'application.test.ts'];
    expect(execute(process.execPath, words, folder)).toMatch(/^# fail 0$/m);
  });

  test('names versions that there are: those of this workspace', () => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    ) as Record<string, Record<string, string>>;
    const { version } = JSON.parse(readFileSync(join(root, 'packages/viaduct/package.json'), 'utf8')) as {
      version: string;
    };
    expect(dependencies?.['viaduct']).toBe(`^${version}`);
    for (const name of ['fastify', 'koa']) expect(dependencies?.[name], name).toBe(versionOf(name));
    for (const name of ['@types/koa', '@types/node'])
      expect(devDependencies?.[name], name).toBe(versionOf(name));
  });
});

/** Writes the example down, compiles it where options are given, and asks it what the README asks. */
async function runs(
  folder: string,
  extension: string,
  compilerOptions?: Record<string, unknown>,
  code = example.code,
): Promise<void> {
  const port = await freePort();
  let file = project.write(`${folder}/main.${extension}`, atPort(code, port));
  if (compilerOptions !== undefined) {
    project.compile(folder, compilerOptions);
    file = join(project.folder, folder, 'out/main.js');
  }
  const running = start(file);
  onTestFinished(async () => void (await running.stop()));
  await running.listens(port);
  const answers = [];
  for (const { line } of example.commands) answers.push(await curl(atPort(line, port)));
  const { output, errors } = await running.stop();
  expect(answers.map((answer) => answer.trimEnd())).toEqual(
    example.commands.map(({ output: shown }) => shown.trimEnd()),
  );
  expect(output).toBe(`Listening on http://localhost:${port}\n`);
  expect(errors).toBe('');
}

/** What is installed with a package may be named by its declarations; a framework is a peer. */
function isDependency(name: string, specifier: string): boolean {
  const { dependencies = {} } = JSON.parse(readFileSync(join(folderOf(name), 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  return specifier in dependencies;
}

function folderOf(name: string): string {
  return join(project.folder, 'node_modules', name);
}

function filesOf(name: string): string[] {
  return readdirSync(folderOf(name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folderOf(name).length + 1));
}

/** The file that an import of the package loads. */
function entryOf(name: string): string {
  const { exports } = JSON.parse(readFileSync(join(folderOf(name), 'package.json'), 'utf8')) as {
    exports: { '.': { default: string } };
  };
  return exports['.'].default.replace(/^\.\//, '');
}

/** Core and node are published as one file for each entry point, and one with what these have in common. */
function isBundle(name: string, file: string): boolean {
  const isBundled = name === '@viaduct/core' || name === '@viaduct/node';
  return isBundled && /^bundle\/(?:index|internal|shared)\.js(?:\.map)?$/.test(file);
}

/** Whether a file is made of a source that is there: what one that is gone has left in `dist` is not. */
function isOfSource(file: string, sources: ReadonlySet<string>): boolean {
  const [, source] = /^(?:src|dist)\/(.+?)(?:\.ts|(?:\.d\.ts|\.js)(?:\.map)?)$/.exec(file) ?? [];
  return source !== undefined && sources.has(source);
}
