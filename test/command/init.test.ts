import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadApplication } from '../../packages/viaduct/dist/loading/load-application.js';
import { Folder } from './viaduct.js';

/** util-linux's, which gives a program a terminal. */
const hasScript = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;

let folder: Folder;
afterEach(() => folder.remove());

const APPS = {
  'package.json': '{ "type": "module", "dependencies": { "fastify": "^5", "koa": "^3", "express": "^5" } }',
  'src/shop.js':
    "import Koa from 'koa';\nexport const app = new Koa().use((ctx) => { ctx.body = `koa ${ctx.path}`; });\n",
  'src/api.js':
    "import fastify from 'fastify';\nconst app = fastify();\napp.get('/x', async () => 'fastify /x');\nexport default app;\n",
  'src/admin.js':
    "import express from 'express';\nconst app = express();\napp.use((req, res) => res.send(`express ${req.path}`));\nexport default app;\n",
  'plain.js':
    "import { createServer } from 'node:http';\nexport function handler(req, res) { res.end(`http ${req.url}`); }\nif (process.argv[2] === 'serve') createServer(handler).listen(0);\n",
};

/** The answers of the application in the folder. */
async function textsOf(...paths: readonly string[]): Promise<string[]> {
  const { application } = await loadApplication(undefined, { cwd: folder.path });
  await application.start?.();
  const responses = paths.map((path) => application.fetch(new Request(`http://localhost${path}`)));
  const texts = await Promise.all(responses.map(async (response) => (await response).text()));
  await application.stop?.();
  return texts;
}

describe('viaduct init', () => {
  it('writes a project, and says what to do next', async () => {
    folder = new Folder();
    const { exitCode, stdout } = await folder.run(['init', 'My Shop']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('cd My Shop');
    const project = join(folder.path, 'My Shop');
    expect(readdirSync(project).toSorted()).toEqual([
      '.gitignore',
      'README.md',
      'api.ts',
      'application.test.ts',
      'application.ts',
      'package.json',
      'shop.ts',
      'tsconfig.json',
    ]);
    const manifest = readFileSync(join(project, 'package.json'), 'utf8');
    expect(JSON.parse(manifest)).toMatchObject({ name: 'my-shop', type: 'module' });
    expect(manifest).not.toContain('{{');
  });

  it('says which arguments a factory needs, and where to write them', async () => {
    folder = new Folder({
      'package.json': '{ "type": "module", "dependencies": { "fastify": "^5" } }',
      'app.js':
        "import fastify from 'fastify';\nexport function build({ logger }, port = 0) {\n  return fastify({ logger, port });\n}\n",
    });
    const { exitCode, stdout } = await folder.run(['init', '--into', '.', '--yes']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('app.js#build needs arguments. Write them into application.js');
    expect(readFileSync(join(folder.path, 'application.js'), 'utf8')).toContain(
      'fromFastify(createFastifyApp(/* { logger }, port = 0 */))',
    );
  });

  it('tells an ES module that makes a require of its own to export as one', async () => {
    folder = new Folder({
      'package.json': '{ "type": "module", "dependencies": { "express": "^5" } }',
      'app.js':
        "import { createRequire } from 'node:module';\nimport express from 'express';\nconst require = createRequire(import.meta.url);\nconst { name } = require('./package.json');\nconst app = express();\n",
    });
    const { stderr } = await folder.run(['init', '--into', '.', '--yes']);
    expect(stderr).toContain('Add: export { app };');
  });

  it('refuses a file in the place of a folder', async () => {
    folder = new Folder({ 'my-app': '' });
    const { exitCode, stderr } = await folder.run(['init', 'my-app']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('my-app is a file. Name a folder: viaduct init my-app');
  });

  it('keeps what a new repository holds, and refuses a folder with anything else', async () => {
    folder = new Folder({ 'new/README.md': 'mine', 'new/.git/HEAD': 'x', 'old/app.js': '' });
    const [kept, refused] = [await folder.run(['init', 'new']), await folder.run(['init', 'old'])];
    expect(kept.exitCode).toBe(0);
    expect(readFileSync(join(folder.path, 'new/README.md'), 'utf8')).toBe('mine');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('old is not empty: it holds app.js.');
    expect(readdirSync(join(folder.path, 'old'))).toEqual(['app.js']);
  });

  it('says in one message when the project cannot be written, and what stands there then', async () => {
    // Nobody can make a folder in a file.
    folder = new Folder({ file: '' });
    const { exitCode, stderr } = await folder.run(['init', 'file/new']);
    expect(stderr).toMatch(
      /^viaduct: the project could not be written: ENOTDIR.*\. Nothing was written\.\n$/,
    );
    expect(exitCode).toBe(1);
  });

  it.skipIf(!hasScript)('ends with 130 upon Ctrl-C among its questions, and writes nothing', async () => {
    folder = new Folder();
    const main = fileURLToPath(new URL('../../packages/create-viaduct/dist/index.js', import.meta.url));
    // A terminal of its own.
    const child = spawn(
      'script',
      ['-qec', `stty cols 80 rows 24; exec ${process.execPath} ${main}`, '/dev/null'],
      { cwd: folder.path },
    );
    let shown = '';
    child.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
    await vi.waitFor(() => expect(shown).toContain('Where shall the project go?'), { timeout: 10_000 });
    child.stdin.write('\u0003');
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).toBe(130);
    expect(shown.match(/nothing was written/gi)).toHaveLength(1);
    expect(readdirSync(folder.path)).toEqual(['node_modules']);
  });

  it('says which flags to write where there is no terminal to ask on', async () => {
    folder = new Folder({ ...APPS });
    const [bare, into] = [await folder.run(['init']), await folder.run(['init', '--into', '.'])];
    expect([bare.exitCode, into.exitCode]).toEqual([2, 2]);
    expect(bare.stderr).toContain('viaduct init --yes');
    expect(into.stderr).toContain('--mount /=src/app.ts#app');
    expect(existsSync(join(folder.path, 'application.js'))).toBe(false);
  });
});

describe('viaduct init --into', () => {
  it('finds Fastify, Koa, Express and plain http apps, writes one file, and what it writes runs', async () => {
    folder = new Folder(APPS);
    const before = readdirSync(folder.path);
    const { exitCode, stdout } = await folder.run(['init', '--into', '.', '--yes']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('plain.js opens a port when it is loaded.');
    expect(stdout).toMatch(/npm install viaduct @viaduct\/(?:koa|fastify) @viaduct\/(?:koa|fastify)\n/);
    expect(readdirSync(folder.path).toSorted()).toEqual([...before, 'application.js'].toSorted());
    expect(await textsOf('/x', '/koa/x', '/fastify/x', '/express/x')).toEqual([
      'http /x',
      'koa /x',
      'fastify /x',
      'express /x',
    ]);
  });

  it('mounts what it is told, where it is told', async () => {
    folder = new Folder(APPS);
    const words = ['init', '--into', '.', '--mount', '/=src/shop.js', '--mount', '/api=src/api.js#default'];
    expect((await folder.run(words)).exitCode).toBe(0);
    expect(await textsOf('/x', '/api/x')).toEqual(['koa /x', 'fastify /x']);
  });

  it('mounts what has a quote in its path and in the name of its file', async () => {
    folder = new Folder({ 'package.json': APPS['package.json'], "bob's/shop.js": APPS['src/shop.js'] });
    const { exitCode } = await folder.run(['init', '--into', '.', '--mount', "/it's=bob's/shop.js"]);
    expect(exitCode).toBe(0);
    expect(await textsOf("/it's/x")).toEqual(['koa /x']);
  });

  it('writes TypeScript into a project of TypeScript', async () => {
    folder = new Folder({
      'package.json':
        '{ "type": "module", "dependencies": { "koa": "^3" }, "devDependencies": { "typescript": "*" } }',
      'app.ts':
        "import Koa from 'koa';\nexport const app: Koa = new Koa().use((ctx) => { ctx.body = 'typed'; });\n",
    });
    expect((await folder.run(['init', '--into', '.', '-y'])).exitCode).toBe(0);
    expect(readFileSync(join(folder.path, 'application.ts'), 'utf8')).toContain("from './app.js'");
    expect(await textsOf('/')).toEqual(['typed']);
  });

  it.each([
    ['a folder without a package.json', {}, ['--yes'], 'There is no package.json in'],
    ['a package.json that is none', { 'package.json': '{' }, ['--yes'], 'package.json is no JSON'],
    [
      'a project with an application',
      { ...APPS, 'application.ts': '' },
      ['--yes'],
      'has application.ts already. It is left as it is',
    ],
    ['a project without an app', { 'package.json': '{}' }, ['--yes'], 'No app that is exported was found'],
    ['a mount that cannot be read', APPS, ['--mount', 'api'], '--mount is "api". Write /api=src/api.ts#app.'],
    [
      'two mounts with one path',
      APPS,
      ['--mount', '/=plain.js', '--mount', '/=src/api.js'],
      '--mount: / is given to two apps.',
    ],
    [
      'two mounts with one path, written in two ways',
      APPS,
      ['--mount', '/api=plain.js', '--mount', '/api/=src/api.js'],
      'mounts "/api" and "/api/" are the same mount.',
    ],
    [
      'a path that no dispatcher mounts',
      APPS,
      ['--mount', '/api/*=plain.js'],
      '--mount: mount "/api/*": a mount path is literal',
    ],
    ['a mount of a file without an app', APPS, ['--mount', '/=none.js'], 'Found: plain.js, src/admin.js'],
  ])('refuses %s', async (_, files, words, message) => {
    folder = new Folder(files as Record<string, string>);
    const { exitCode, stderr } = await folder.run(['init', '--into', '.', ...words]);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });
});
