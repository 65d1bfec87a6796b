import { AsyncLocalStorage } from 'node:async_hooks';
import { execFile } from 'node:child_process';
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Application, contextOf, createDispatcher, fromNode, toNode, withHooks } from 'viaduct';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import compression from 'compression';
import express from 'express';
import fastify from 'fastify';
import { fastify as fastify4 } from 'fastify-4';
import { H3 } from 'h3';
import { Hono } from 'hono';
import Koa from 'koa';
import onHeaders from 'on-headers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { toBytes } from '../conformance/message.js';
import { openServer } from '../conformance/opened-server.js';
import { valuesOf } from '../conformance/wire-response.js';

const run = promisify(execFile);
/** Its types would be those of Koa 3. */
const Koa2 = createRequire(import.meta.url)('koa-2') as typeof Koa;
const NAMES = ['hono', 'h3', 'fastify', 'koa', 'express'] as const;

/** What a process prints that loads frameworks in an order. */
async function load(
  order: readonly string[],
): Promise<{ changed: string[]; answers: Record<string, unknown> }> {
  const program = fileURLToPath(new URL('frameworks.mjs', import.meta.url));
  const { stdout } = await run(process.execPath, [program, ...order]);
  return JSON.parse(stdout.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1')) as {
    changed: string[];
    answers: Record<string, unknown>;
  };
}

describe('I1 Hono, h3, Fastify, Koa and Express in one process', () => {
  const together: Record<string, unknown>[] = [];

  it.each(NAMES)('%s behaves as it does alone, loaded first or later, and the globals stay', async (name) => {
    const alone = await load([name]);
    expect(Object.keys(alone.answers)).toHaveLength(10);
    expect(alone.answers[`/${name} get`]).toMatchObject([
      201,
      { 'x-by': name },
      expect.stringContaining(name),
    ]);
    const all = await load([name, ...NAMES.filter((other) => other !== name).toReversed()]);
    together.push(all.answers);
    expect([alone.changed, all.changed]).toEqual([[], []]);
    // Those of the orders before this one, where it came later, too.
    for (const answers of together) expect(answers).toMatchObject(alone.answers);
  });

  it('behave the same in every order of mounting, on both faces', async () => {
    const applications = createApplications();
    let listener: RequestListener = () => undefined;
    const server = createServer((request, response) => listener(request, response)).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const expected = NAMES.map((name) => `${name} /x`);
    for (const order of permutations(NAMES)) {
      const table = createDispatcher(
        Object.fromEntries(order.map((name) => [`/${name}`, applications[name]])),
      );
      listener = toNode(table);
      const [onSocket, onWeb] = await Promise.all([
        Promise.all(NAMES.map(async (name) => (await fetch(`http://127.0.0.1:${port}/${name}/x`)).text())),
        Promise.all(
          NAMES.map(async (name) => (await table.fetch(new Request(`http://a.test/${name}/x`))).text()),
        ),
      ]);
      expect([onSocket, onWeb]).toEqual([expected, expected]);
    }
    await applications.fastify.stop?.();
  });
});

describe('I2 two major versions of one framework', () => {
  it.each(['node', 'web'])('Fastify 4 and 5, Koa 2 and 3 work side by side, on the %s face', async (face) => {
    const versions = [];
    for (const [name, create] of [
      ['five', fastify],
      ['four', fastify4],
    ] as const) {
      // The types of 4 are those of 5 as far as this goes, and calls of a union are not.
      const app = (create as typeof fastify)();
      app.post('/echo', async (request, reply) => {
        void reply.code(201).header('x-original', request.originalUrl);
        return { name, url: request.url, body: request.body };
      });
      app.get('/crash', async () => {
        throw Object.assign(new Error('of fastify'), { statusCode: 418 });
      });
      versions.push([`/fastify/${name}`, fromFastify(app)] as const);
    }
    for (const [name, Framework] of [
      ['three', Koa],
      ['two', Koa2],
    ] as const) {
      const app = new Framework();
      app.silent = true;
      app.use(async (ctx: Koa.Context) => {
        if (ctx.path === '/crash') ctx.throw(418, 'of koa');
        let body = '';
        for await (const chunk of ctx.req) body += String(chunk);
        ctx.status = 201;
        ctx.set('x-original', ctx.originalUrl);
        ctx.body = { name, url: ctx.url, body: JSON.parse(body) as unknown };
      });
      versions.push([`/koa/${name}`, fromKoa(app)] as const);
    }
    const table = createDispatcher(Object.fromEntries(versions));
    const { server, reports } = await openServer(table);
    const ask = (path: string, init?: RequestInit): Promise<Response> =>
      face === 'node'
        ? fetch(`http://127.0.0.1:${server.port}${path}`, init)
        : table.fetch(new Request(`http://a.test${path}`, init));
    const init = { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } };
    for (const [path] of versions) {
      const echoed = await ask(`${path}/echo?q`, init);
      expect([echoed.status, echoed.headers.get('x-original')]).toEqual([201, `${path}/echo?q`]);
      expect(await echoed.json()).toEqual({ name: path.split('/')[2], url: '/echo?q', body: { a: 1 } });
      const crashed = await ask(`${path}/crash`);
      expect([crashed.status, await crashed.text()]).toEqual([
        418,
        expect.stringContaining(path.slice(1, 4) === 'koa' ? 'of koa' : 'of fastify'),
      ]);
    }
    expect(reports).toEqual([]);
  });
});

describe('I3 an application that changes its own request and response', () => {
  it('leaves those of Fastify and Koa alone, on the same connection and beside it', async () => {
    const shop = express().use(compression({ threshold: 0 }), (_req, res, next) => {
      onHeaders(res, function setHeader() {
        this.setHeader('x-seen', 'express');
      });
      next();
    });
    shop.get('/page', (_req, res) => void res.type('text').send('x'.repeat(2000)));
    const vandal = fromNode((req, res) => {
      Object.setPrototypeOf(
        req,
        Object.create(Object.getPrototypeOf(req) as object, { url: { value: '/fooled' } }) as object,
      );
      const { writeHead } = res;
      res.writeHead = function patched(this: typeof res, ...rest: [number]) {
        this.setHeader('x-patched', 'yes');
        return writeHead.apply(this, rest);
      } as typeof res.writeHead;
      res.end('vandal');
    });
    const api = fastify();
    api.get('/page', async (_request, reply) => reply.type('text/plain').send('y'.repeat(2000)));
    const pages = new Koa().use((ctx) => void (ctx.body = 'z'.repeat(2000)));
    const table = createDispatcher({
      '/shop': fromNode(shop),
      '/vandal': vandal,
      '/api': fromFastify(api),
      '/pages': fromKoa(pages),
    });
    const { connect } = await openServer(table);
    const connection = await connect();
    for (let round = 0; round < 3; round += 1) {
      for (const [target, seen, patched] of [
        ['/shop/page', ['express'], []],
        ['/api/page', [], []],
        ['/vandal', [], ['yes']],
        ['/pages/page', [], []],
      ] as const) {
        await connection.write(toBytes({ target, headers: [['Accept-Encoding', 'gzip']] }));
        const answer = await connection.read();
        expect(answer.status).toBe(200);
        expect([valuesOf(answer, 'x-seen'), valuesOf(answer, 'x-patched')]).toEqual([seen, patched]);
        expect(valuesOf(answer, 'content-encoding')).toEqual(target === '/shop/page' ? ['gzip'] : []);
      }
    }
  });
});

describe('I4 an application that changes req.url', () => {
  it.each<[string, Application]>([
    [
      'a plain Node app',
      fromNode((req, res) => {
        req.url = '/changed';
        req.headers['x-changed'] = 'yes';
        res.end('changed');
      }),
    ],
    [
      'an Express app',
      fromNode(
        express().use((req, res) => {
          req.url = '/changed';
          req.headers['x-changed'] = 'yes';
          res.send('changed');
        }),
      ),
    ],
  ])(
    '(%s) changes neither its context nor the next request of another application',
    async (_name, changing) => {
      const told: unknown[] = [];
      const table = createDispatcher({
        '/changing': withHooks(changing, {
          onFinished: (_outcome, { target, basePath, path, url }) =>
            void told.push(target, basePath, path, url),
        }),
        '/echo': fromNode((req, res) => {
          res.end(`${req.url} ${contextOf(req).path} ${String(req.headers['x-changed'])}`);
        }),
      });
      const { connect } = await openServer(createDispatcher({ '/outer': table }));
      const connection = await connect();
      await connection.write(toBytes({ target: '/outer/changing/a?q' }));
      expect((await connection.read()).body.toString()).toBe('changed');
      await connection.write(toBytes({ target: '/outer/echo/b' }));
      expect((await connection.read()).body.toString()).toBe('/b /b undefined');
      expect(told).toEqual([
        '/outer/changing/a?q',
        '/outer/changing',
        '/a',
        'http://viaduct.test/outer/changing/a?q',
      ]);
    },
  );
});

describe('L12 AsyncLocalStorage of the user', () => {
  const storage = new AsyncLocalStorage<string>();

  /** Tells what it found, then what it keeps over an `await`. */
  async function visit(id: string): Promise<string> {
    const found = String(storage.getStore());
    return storage.run(id, async () => {
      await new Promise(setImmediate);
      return `${found} ${String(storage.getStore())}`;
    });
  }

  it('does not leak between requests on one connection, across frameworks', async () => {
    const api = fastify();
    api.get('/:id', (request) => visit((request.params as { id: string }).id));
    const pages = new Koa().use(async (ctx) => void (ctx.body = await visit(ctx.path.slice(1))));
    const table = createDispatcher({
      '/api': fromFastify(api),
      '/pages': fromKoa(pages),
      '/web': async (request) => new Response(await visit(new URL(request.url).pathname.slice(1))),
    });
    const { connect } = await openServer(table, { strayErrors: 'drain', attributeStrayErrors: true });
    const connection = await connect();
    const targets = Array.from(
      { length: 30 },
      (_, index) => `/${['api', 'pages', 'web'][index % 3]}/r${index}`,
    );
    for (const [index, target] of targets.entries()) {
      await connection.write(toBytes({ target }));
      expect((await connection.read()).body.toString()).toBe(`undefined r${index}`);
    }
    // All at once, pipelined.
    await connection.write(Buffer.concat(targets.map((target) => toBytes({ target }))));
    for (const index of targets.keys()) {
      expect((await connection.read()).body.toString()).toBe(`undefined r${index}`);
    }
  });
});

function createApplications(): Record<(typeof NAMES)[number], Application> {
  const api = fastify();
  api.get('/*', async (request) => `fastify ${request.url}`);
  return {
    hono: new Hono().all('*', (c) => c.text(`hono ${new URL(c.req.url).pathname}`)) as unknown as Application,
    h3: { fetch: (request) => new H3().all('/**', (event) => `h3 ${event.url.pathname}`).fetch(request) },
    fastify: fromFastify(api),
    koa: fromKoa(new Koa().use((ctx) => void (ctx.body = `koa ${ctx.path}`))),
    express: fromNode(express().use((req, res) => void res.send(`express ${req.url}`))),
  };
}

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}
