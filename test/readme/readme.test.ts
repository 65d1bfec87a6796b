import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { curl } from './curl.js';
import { atPort, isServer, programOf } from './program.js';
import { freePort, start } from './running.js';
import { type Snippet, snippetsOf } from './snippets.js';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
/** Inside `test/`, so that imports find what it depends on; another for each run, since two may run at a time. */
const folder = join(here, '.snippets', String(process.pid));
const snippets = pages().flatMap((page) => snippetsOf(page, readFileSync(join(root, page), 'utf8')));
const ports = new Map<Snippet, number>();

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  for (const snippet of snippets) {
    const port = await freePort();
    ports.set(snippet, port);
    writeFileSync(join(folder, sourceOf(snippet)), programOf(snippet, port));
  }
  compile();
  for (const file of ['key.pem', 'cert.pem']) {
    copyFileSync(join(root, 'test/tls/certificates', `localhost.${file}`), join(folder, 'out', file));
  }
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('Every snippet of the documentation compiles, runs, and answers as its page says', () => {
  test.each(snippets.map((snippet) => [snippet.place, snippet] as const))('%s', async (_, snippet) => {
    const port = ports.get(snippet) ?? 0;
    const program = programOf(snippet, port);
    const running = start(join(folder, 'out', sourceOf(snippet).replace(/ts$/, 'js')));
    onTestFinished(async () => void (await running.stop()));
    const answers: string[] = [];
    const requests = snippet.commands.filter(({ line }) => line.startsWith('curl '));
    if (isServer(program)) {
      await running.listens(port);
      for (const { line } of requests) answers.push(await curl(atPort(line, port)));
    }
    const { output, errors, exitCode } = await (isServer(program) ? running.stop() : running.ended);

    expect(errors).toBe('');
    if (!isServer(program)) expect(exitCode).toBe(0);
    expect(answers.map(withNewline)).toEqual(requests.map((request) => atPort(request.output, port)));
    for (const { line, output: shown } of snippet.commands) {
      if (line.startsWith('node ')) expect(output).toBe(atPort(shown, port));
    }
  });
});

/** Pages of the repository that show code. */
function pages(): string[] {
  const packages = readdirSync(join(root, 'packages'))
    .filter((name) => name !== 'testing') // test files for a runner: test/testing/readme.test.ts hands them to one
    .map((name) => `packages/${name}/README.md`);
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`);
  return ['README.md', 'CONTRIBUTING.md', ...packages, ...docs].filter((page) =>
    existsSync(join(root, page)),
  );
}

function sourceOf({ place, language }: Snippet): string {
  return `${place.replaceAll(/[^\w]+/g, '-')}.${language}`;
}

/** As strict as a user's project may be, but that an example need not use all it names. */
function compile(): void {
  const compilerOptions = {
    noEmit: false,
    rootDir: '.',
    outDir: 'out',
    sourceMap: false,
    allowJs: true,
    noUnusedLocals: false,
    noUnusedParameters: false,
  };
  const config = { extends: '../../../tsconfig.json', compilerOptions, include: ['*.ts', '*.js'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  try {
    execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8', cwd: root });
  } catch (error) {
    const { stdout } = error as { stdout: string };
    throw new Error(`snippets in ${relative(root, folder)} do not compile:\n${stdout}`, { cause: error });
  }
}

/** curl prints a body as it is; the page, a line. */
function withNewline(answer: string): string {
  return answer.endsWith('\n') ? answer : `${answer}\n`;
}
