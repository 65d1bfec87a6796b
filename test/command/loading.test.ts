import { createContext } from 'viaduct';
import { afterEach, describe, expect, it } from 'vitest';
import { loadApplication } from '../../packages/viaduct/dist/loading/load-application.js';
import { Folder } from './viaduct.js';

let folder: Folder;
afterEach(() => folder.remove());

const MODULE = { 'package.json': '{ "type": "module" }' };

/** The answer to `GET /x` of what a module exports. */
async function ask(files: Readonly<Record<string, string>>, specifier?: string): Promise<string> {
  folder = new Folder(files);
  const { application, kind } = await loadApplication(specifier, {
    cwd: folder.path,
    settings: { greeting: 'hi' },
  });
  await application.start?.();
  const request = new Request('http://localhost/x');
  const response = await application.fetch(request, createContext(request));
  const text = await response.text();
  await application.stop?.();
  return `${kind}: ${text}`;
}

type Row = [what: string, kind: string, text: string, answer: string, specifier?: string];

describe('a module of an application', () => {
  it.each([
    [
      'application.ts',
      'export const application = { fetch: (request: Request) => new Response(new URL(request.url).pathname) };',
    ],
    ['application.mjs', 'export default { fetch: () => new Response("/x") };'],
    [
      'src/application.ts',
      'enum Answer { path = "/x" }\nexport default { fetch: () => new Response(Answer.path) };',
    ],
    ['application.cjs', 'module.exports = { application: { fetch: () => new Response("/x") } };'],
  ])('is found as %s', async (name, text) => {
    expect(await ask({ ...MODULE, [name]: text })).toBe('application: /x');
  });

  it('may be TypeScript in a project of CommonJS', async () => {
    const text =
      'const answer: string = "/x";\nexport const application = { fetch: () => new Response(answer) };';
    expect(await ask({ 'package.json': '{}', 'application.ts': text })).toBe('application: /x');
  });

  it('may import TypeScript under the name of its JavaScript', async () => {
    const files = {
      ...MODULE,
      'application.ts': "export { application } from './other.js';",
      'other.ts': 'export const application = { fetch: () => new Response("other" as string) };',
    };
    expect(await ask(files)).toBe('application: other');
  });

  it.each<Row>([
    [
      'a dispatcher',
      'application',
      "import { createDispatcher } from 'viaduct'; export const application = createDispatcher({ '/': () => new Response('d') });",
      'application: d',
    ],
    ['a fetch function', 'fetch handler', 'export default () => new Response("f");', 'fetch handler: f'],
    [
      'a fetch function with a context',
      'fetch handler',
      'export default (request, context) => new Response(context.path);',
      'fetch handler: /x',
    ],
    [
      'a native handler',
      'node handler',
      'export default (req, res) => res.end(req.url);',
      'node handler: /x',
    ],
    [
      'a Fastify instance',
      'fastify',
      "import fastify from 'fastify'; const app = fastify(); app.get('/x', async () => 'fast'); export default app;",
      'fastify: fast',
    ],
    [
      'a Koa app',
      'koa',
      "import Koa from 'koa'; export default new Koa().use((ctx) => { ctx.body = 'koa'; });",
      'koa: koa',
    ],
    [
      'an Express app',
      'express',
      "import express from 'express'; const app = express(); app.get('/x', (req, res) => res.send('ex')); export default app;",
      'express: ex',
    ],
    [
      'a server of node:http',
      'node handler',
      "import { createServer } from 'node:http'; export default createServer((req, res) => res.end(req.url));",
      'node handler: /x',
    ],
    [
      'a factory by a name of its own',
      'fastify',
      "import fastify from 'fastify'; export function createShop(settings) { const app = fastify(); app.get('/x', async () => settings.greeting); return app; }",
      'fastify: hi',
      'application.mjs#createShop',
    ],
    [
      'a promise of one',
      'application',
      'export const application = Promise.resolve({ fetch: () => new Response("p") });',
      'application: p',
    ],
    [
      'a factory, which gets the settings',
      'application',
      'export const createApplication = async (settings) => ({ fetch: () => new Response(settings.greeting) });',
      'application: hi',
    ],
  ])('may export %s', async (_, __, text, answer, specifier) => {
    expect(await ask({ ...MODULE, 'application.mjs': text }, specifier)).toBe(answer);
  });

  it('is named with its export, with or without an extension', async () => {
    const text =
      'export const shop = () => new Response("s"); export const application = () => new Response("a");';
    expect(await ask({ 'some.mjs': text }, 'some.mjs#shop')).toBe('fetch handler: s');
    expect(await ask({ 'some.mjs': text }, './some')).toBe('fetch handler: a');
  });

  it.each([
    ['is missing', {}, [], 'There is no application.ts in'],
    ['has another name', {}, ['nowhere.ts'], 'There is no module nowhere.ts in'],
    [
      'exports no application',
      { 'application.mjs': 'export const app = 1;' },
      [],
      'exports neither "application" nor a default. It exports app. Name one, application.mjs#app, or write',
    ],
    [
      'has not the export that was named',
      { 'a.mjs': 'export const b = 1;' },
      ['a.mjs#c'],
      'a.mjs has no export "c". It exports b.',
    ],
    [
      'exports something else',
      { 'a.mjs': 'export default { listen: 1 };' },
      ['a.mjs'],
      'a.mjs: the export "default" is an object with the keys listen, and no application.',
    ],
    [
      'throws',
      { 'a.mjs': '\nthrow new Error("no database");' },
      ['a.mjs'],
      /a\.mjs failed to load: no database\n {4}at .*a\.mjs:2:7/,
    ],
    [
      'throws what is no error',
      { 'a.mjs': 'throw { code: 7 };' },
      ['a.mjs'],
      'a.mjs failed to load: it threw { code: 7 }',
    ],
    [
      'imports a name that another module does not export',
      { 'a.mjs': "import { b } from './b.mjs';\nexport default b;", 'b.mjs': 'export const c = 1;' },
      ['a.mjs'],
      /a\.mjs failed to load: The requested module '\.\/b\.mjs' does not provide an export named 'b'\n {4}at .*a\.mjs:1$/m,
    ],
    [
      'rejects in its factory',
      { 'a.mjs': 'export async function createApplication() { throw new Error("no key"); }' },
      ['a.mjs'],
      'a.mjs: "createApplication" failed: no key',
    ],
    [
      'has a mistake in its syntax',
      { 'a.ts': 'export const a = 1;\nconst b = = 3;\n' },
      ['a.ts'],
      /^viaduct: a\.ts failed to load: Unexpected "="\n {4}at .*a\.ts:2:10$/m,
    ],
    [
      'imports what is not there',
      { 'a.mjs': "import 'no-such-package';" },
      ['a.mjs'],
      /a\.mjs failed to load: Cannot find package 'no-such-package'/,
    ],
  ])('that %s ends the command with 4, a message and no stack', async (_, files, words, message) => {
    folder = new Folder(files as Record<string, string>);
    const { exitCode, stderr } = await folder.run([
      'serve',
      '--bind',
      '127.0.0.1:0',
      '--workers',
      '0',
      ...words,
    ]);
    if (typeof message === 'string') expect(stderr).toContain(message);
    else expect(stderr).toMatch(message);
    expect(exitCode).toBe(4);
    expect(stderr).not.toContain('node:internal');
  });
});
