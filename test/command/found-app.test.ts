import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadApplication } from '../../packages/viaduct/dist/loading/load-application.js';
import { Folder } from './viaduct.js';

let folder: Folder;
afterEach(() => folder.remove());

function manifest(type: 'module' | 'commonjs', ...dependencies: readonly string[]): string {
  return JSON.stringify({ type, dependencies: Object.fromEntries(dependencies.map((name) => [name, '*'])) });
}

/** The answer of the application that was written. */
async function textOf(path: string): Promise<string> {
  const { application } = await loadApplication(undefined, { cwd: folder.path });
  await application.start?.();
  const response = await application.fetch(new Request(`http://localhost${path}`));
  await application.stop?.();
  return response.text();
}

/** As the documentation of each framework, and its users, write apps. */
const APPS: readonly (readonly [what: string, name: string, type: 'module' | 'commonjs', source: string])[] =
  [
    [
      'Fastify, required and called at once, that listens when it is the program',
      'server.js',
      'commonjs',
      `const fastify = require('fastify')({ logger: false });
     fastify.get('/x', async () => 'answered');
     if (require.main === module) fastify.listen({ port: 0 });
     module.exports = fastify;`,
    ],
    [
      'Express in TypeScript, exported as the whole of a CommonJS module',
      'app.ts',
      'commonjs',
      `import express = require('express');
     const app = express();
     app.get('/x', (_request: unknown, response: { send(text: string): void }) => response.send('answered'));
     export = app;`,
    ],
    [
      'the plugin that the generator of Fastify writes',
      'app.js',
      'commonjs',
      `module.exports = async function (fastify, opts) { fastify.get('/x', async () => 'answered'); };`,
    ],
    [
      'a function that makes a Fastify instance',
      'src/server/build.js',
      'module',
      `import Fastify from 'fastify';
     export const PREFIX = '/x';
     export function buildApp(options = {}) {
       const app = Fastify(options);
       app.get(PREFIX, async () => 'answered');
       return app;
     }`,
    ],
    [
      'an async one',
      'src/app.js',
      'module',
      `import Fastify from 'fastify';
     export default async function build() {
       const app = Fastify();
       await app.register(async (scope) => scope.get('/x', async () => 'answered'));
       return app;
     }`,
    ],
    [
      'an async one, in CommonJS',
      'build.js',
      'commonjs',
      `const Fastify = require('fastify');
     const build = async () => {
       const app = Fastify();
       app.get('/x', async () => 'answered');
       return app;
     };
     module.exports = { build };`,
    ],
    [
      'Koa in an object of exports',
      'src/app.js',
      'commonjs',
      `const Koa = require('koa');
     const port = 3000;
     const app = new Koa();
     app.use((ctx) => { ctx.body = 'answered'; });
     module.exports = { port, app };`,
    ],
    [
      'Koa in a list of exports, under another name',
      'src/shop/main.mjs',
      'module',
      `import Koa from 'koa';
     const koa = new Koa(); // not: export default somethingElse;
     koa.use((ctx) => { ctx.body = 'answered'; });
     const limit = 1;
     export { limit, koa as shop };`,
    ],
    [
      'Express as its generator writes it',
      'app.js',
      'commonjs',
      `var express = require('express');
     var app = express();
     app.get('/x', (req, res) => res.send('answered'));
     module.exports = app;`,
    ],
    [
      'Express, required and called at once, as one of the exports',
      'index.js',
      'commonjs',
      `const app = require('express')();
     app.get('/x', (req, res) => res.send('answered'));
     exports.version = 1;
     exports.app = app;`,
    ],
    [
      'an app that is exported between what looks like a comment and a comment',
      'app.js',
      'commonjs',
      `const express = require('express');
     const app = express();
     app.get('/*rest', (req, res) => res.send('answered')); // it's all
     module.exports = app;
     /** module.exports = nothing */`,
    ],
    [
      'a function that makes an Express app',
      'app.js',
      'module',
      `import express from 'express';
     export const createApp = () => {
       const app = express();
       app.get('/x', (req, res) => res.send('answered'));
       return app;
     };`,
    ],
    ...[
      'module.exports = createApp();',
      'exports.app = createApp();',
      'module.exports = { app: createApp() };',
      'const app = createApp(); module.exports = { app, roles: [1, 2] };',
      'const app = createApp(); module.exports = { app, start: listen(app, 3000) };',
    ].map(
      (exported) =>
        [
          `an app that is made already: ${exported}`,
          'app.js',
          'commonjs',
          `const express = require('express');
     function createApp() {
       const app = express();
       app.get('/x', (req, res) => res.send('answered'));
       return app;
     }
     const listen = () => undefined;
     ${exported}`,
        ] as const,
    ),
    [
      'an app behind regular expressions with a brace and a quote',
      'app.js',
      'module',
      `import Koa from 'koa';
     const brace = /\\{|\\/*/, quote = /["']/;
     const koa = new Koa();
     koa.use((ctx) => { ctx.body = 'answered'; });
     export { brace, quote, koa as shop }; /* all */`,
    ],
    [
      'a function that returns the app of its module',
      'app.js',
      'commonjs',
      `const app = require('express')();
     app.get('/x', (req, res) => res.send('answered'));
     exports.getApp = function () { return app; };
     exports.getPort = () => 3000;`,
    ],
    [
      'a function that is named a factory',
      'app.js',
      'module',
      `import Koa from 'koa';
     export function shopFactory() {
       const app = new Koa();
       app.use((ctx) => { ctx.body = 'answered'; });
       return app;
     }`,
    ],
    [
      'an app that is made already, as the default',
      'app.js',
      'module',
      `import Koa from 'koa';
     function createApp() {
       return new Koa().use((ctx) => { ctx.body = 'answered'; });
     }
     export default createApp();`,
    ],
    [
      'a server of node:http',
      'main.js',
      'module',
      `import { createServer } from 'node:http';
     export const server = createServer((req, res) => res.end('answered'));`,
    ],
    [
      'a server beside an Express app',
      'app.js',
      'commonjs',
      `const http = require('http');
     const app = require('express')();
     app.get('/x', (req, res) => res.send('answered'));
     const server = http.createServer(app);
     module.exports = server;`,
    ],
    [
      'a server that has no name, of a Koa app',
      'app.js',
      'module',
      `import { createServer } from 'node:http';
     import Koa from 'koa';
     const app = new Koa().use((ctx) => { ctx.body = 'answered'; });
     export default createServer(app.callback());`,
    ],
    [
      'a handler of node:http',
      'main.js',
      'module',
      `import http from 'node:http';
     export function answer(req, res) { res.end('answered'); }
     if (process.argv[1] === import.meta.filename) http.createServer(answer).listen(0);`,
    ],
  ];

describe('viaduct init --into finds', () => {
  it.each(APPS)('%s', async (_what, name, type, source) => {
    folder = new Folder({
      'package.json': manifest(type, 'fastify', 'koa', 'express'),
      [name]: source,
      'test/app.js': 'throw new Error("tests are no apps");',
    });
    const { exitCode, stdout, stderr } = await folder.run(['init', '--into', '.', '--yes']);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain('opens a port');
    expect(await textOf('/x')).toBe('answered');
  });

  it('an async function in TypeScript that is compiled to CommonJS', async () => {
    folder = new Folder({
      'package.json': manifest('commonjs', 'fastify', 'typescript'),
      'src/app.ts': `import fastify, { type FastifyInstance } from 'fastify';
        export async function createApp(): Promise<FastifyInstance> {
          const app: FastifyInstance = fastify();
          app.get('/x', async () => 'answered');
          return app;
        }`,
    });
    const { exitCode } = await folder.run(['init', '--into', '.', '--yes']);
    expect(exitCode).toBe(0);
    expect(await textOf('/x')).toBe('answered');
  });

  it('no app that is not exported, and says what to add to which file', async () => {
    folder = new Folder({
      'package.json': manifest('module', 'fastify', 'express'),
      'server.js': `import Fastify from 'fastify';\nconst api = Fastify();\napi.listen({ port: 0 });`,
      'lib/old.cjs': `const shop = require('express')();\nshop.listen(0);`,
    });
    const { exitCode, stderr } = await folder.run(['init', '--into', '.', '--yes']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('server.js makes a Fastify app, and does not export it. Add: export { api };');
    expect(stderr).toContain(
      'lib/old.cjs makes an Express app, and does not export it. Add: module.exports = shop;',
    );
    const named = await folder.run(['init', '--into', '.', '--mount', '/=server.js']);
    expect([named.exitCode, named.stderr]).toEqual([2, expect.stringContaining('Add: export { api };')]);
    expect(existsSync(join(folder.path, 'application.js'))).toBe(false);
  });

  it('no function that makes no app, whatever its name', async () => {
    folder = new Folder({
      'package.json': manifest('module', 'express'),
      'app.js': `import express from 'express';
        const app = express();
        setupRoutes(app);
        export function setupRoutes(app) { app.get('/x', (req, res) => res.send('answered')); return app; }
        export function getPort() { return 3000; }`,
    });
    const { exitCode, stderr } = await folder.run(['init', '--into', '.', '--yes']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('Add: export { app };')]);
  });

  it.each(['#shop', '#shop()'])('a function of any name that is given as %s', async (name) => {
    folder = new Folder({
      'package.json': manifest('module', 'koa'),
      'app.js': `import Koa from 'koa';
        export function shop() {
          const app = new Koa();
          return app.use((ctx) => { ctx.body = 'answered'; });
        }`,
    });
    const proposed = await folder.run(['init', '--into', '.', '--yes']);
    // The app is the function's own: its name cannot be exported.
    expect(proposed.stderr).toContain('name that: --mount /=app.js#createApp()');
    expect((await folder.run(['init', '--into', '.', '--mount', `/=app.js${name}`])).exitCode).toBe(0);
    expect(await textOf('/x')).toBe('answered');
  });

  it('a factory that is exported in a way that cannot be read, where it is called', async () => {
    folder = new Folder({
      'package.json': manifest('module', 'koa'),
      'app.js': `export * from './shop.js';`,
      'shop.js': `import Koa from 'koa';
        export async function shop() { return new Koa().use((ctx) => { ctx.body = 'answered'; }); }`,
    });
    expect((await folder.run(['init', '--into', '.', '--mount', '/=app.js#shop()'])).exitCode).toBe(0);
    expect(await textOf('/x')).toBe('answered');
  });

  it('no server of another protocol than HTTP', async () => {
    folder = new Folder({
      'package.json': manifest('module'),
      'mail.js': `import { createServer } from 'node:net';\nexport const server = createServer();`,
    });
    const { exitCode, stderr } = await folder.run(['init', '--into', '.', '--yes']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('No app that is exported was found')]);
  });

  it('a handler in a file that imports node:http and makes no server, where it is named', async () => {
    folder = new Folder({
      'package.json': manifest('module'),
      'answer.js': `import { STATUS_CODES } from 'node:http';
        export const answer = (req, res) => res.end('answered ' + STATUS_CODES[200]);`,
    });
    const { exitCode } = await folder.run(['init', '--into', '.', '--mount', '/=answer.js#answer']);
    expect(exitCode).toBe(0);
    expect(await textOf('/x')).toBe('answered OK');
  });

  it('an app that is made in an unusual way, where it is named', async () => {
    folder = new Folder({
      'package.json': manifest('module', 'koa'),
      'made.js': `import { make } from './make.js';\nexport const shop = make();`,
      'make.js': `import * as koa from 'koa';\nexport const make = () => Reflect.construct(koa.default, []).use((ctx) => { ctx.body = 'answered'; });`,
    });
    const { exitCode } = await folder.run(['init', '--into', '.', '--mount', '/=made.js#shop']);
    expect(exitCode).toBe(0);
    expect(await textOf('/x')).toBe('answered');
  });
});
