import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { Project } from './project.js';
import { type Ended, RunningCommand } from './running-command.js';

const project = new Project({
  'application.ts': `
    import { createDispatcher, lint } from 'viaduct';
    import { fromFastify } from '@viaduct/fastify';
    import { fromKoa } from '@viaduct/koa';
    import { Router } from '@koa/router';
    import fastify from 'fastify';
    import Koa from 'koa';

    const orders = fastify();
    orders.get('/orders/:id', async () => 'an order');
    orders.register(async (inner) => void inner.post('/cancel', async () => 'done'), { prefix: '/orders/:id' });
    const router = new Router();
    router.get('/cart', (ctx: Koa.Context) => void (ctx.body = 'cart'));
    const shop = new Koa().use(router.routes());
    setInterval(() => undefined, 1_000);

    function requireUser(): void {}
    export const application = createDispatcher(
      {
        '/': fromKoa(shop, { name: 'shop' }),
        '/orders': { application: lint(fromFastify(orders, { name: 'orders' })), strip: false },
        'api.example.com/v1': { name: 'v1', fetch: () => new Response('v1') },
      },
      { guards: { '/orders': requireUser } },
    );
  `,
  'prints.ts': "console.log('connecting'); export default { fetch: () => new Response(null) };",
  'factory.ts': `
    export function createApplication({ trustProxy }: { trustProxy: string[] }) {
      return { name: \`trusts \${trustProxy.length}\`, fetch: () => new Response(null) };
    }`,
  'never-loaded.ts': 'await new Promise(() => undefined);',
  'never-started.ts':
    'export default { fetch: () => new Response(null), start: () => new Promise(() => undefined) };',
  'exits.ts': 'process.exit(0);',
  'broken.ts': `
    import { fromFastify } from '@viaduct/fastify';
    export default fromFastify(async () => { throw new Error('no database'); });
  `,
});
afterAll(() => project.remove());

function viaduct(...words: string[]): Promise<Ended> {
  return new RunningCommand(words, project.folder).ended;
}

describe('viaduct routes', () => {
  test('prints hosts, paths, applications, frameworks, guards and the routes below, and ends though a timer runs on', async () => {
    expect(await viaduct('routes')).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        'HOST             PATH     HOW        APPLICATION  FRAMEWORK  GUARDS',
        '*                /        mounted    shop         koa        -',
        '  GET HEAD  /cart',
        '*                /orders  delegated  orders       fastify    requireUser',
        '  GET HEAD  /orders/:id',
        '  POST      /orders/:id/cancel',
        'api.example.com  /v1      mounted    v1           unknown    -',
        '  its routes are not known',
        '',
        'GUARD        COVERS',
        'requireUser  /orders',
        '',
      ].join('\n'),
    });
  });

  test('what docs/commands.md shows is what is printed', async () => {
    const page = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8');
    for (const words of [
      ['routes'],
      ['routes', 'GET', '/orders/7?x=1'],
      ['routes', 'GET', '/x/..%2forders'],
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- two cores
      const { stdout } = await viaduct(...words);
      expect(page).toContain(`$ npx viaduct ${words.join(' ')}\n${stdout}`);
    }
  });

  test('--json prints the same as data', async () => {
    const { stdout } = await viaduct('routes', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      guards: [{ key: '/orders', name: 'requireUser' }],
      mounts: [
        { path: '/', application: { name: 'shop', routes: [{ wholePath: '/cart' }] } },
        { path: '/orders', strip: false, guardedBy: [{ name: 'requireUser' }] },
        { host: 'api.example.com', path: '/v1', application: { name: 'v1' } },
      ],
    });
  });

  test('explains one request: readings, guards, mount, what the application sees, and its route', async () => {
    const { stdout, code } = await viaduct('routes', 'GET', '/orders/7?x=1', '--host', 'shop.example.com');
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        'GET /orders/7?x=1',
        '',
        '  host         shop.example.com',
        '  target       origin-form, clean: every router reads it the same way',
        '',
        'viaduct',
        '  reads        /orders/7  →  mount /orders',
        '  guards       1. requireUser (/orders)',
        '  mount        /orders (delegated to)',
        '',
        'answered by orders (fastify)',
        "  basePath     ''",
        '  path         /orders/7',
        '  req.url      /orders/7?x=1',
        '  originalUrl  /orders/7?x=1',
        '  Request.url  http://shop.example.com/orders/7?x=1',
        '  route        GET HEAD /orders/:id',
        '',
      ].join('\n'),
    );
  });

  test('explains a request that is refused, and why', async () => {
    const { stdout } = await viaduct('routes', 'application.ts', 'GET', '/x/..%2forders');
    expect(stdout).toContain('/x/..%2Forders  →  mount /\n');
    expect(stdout).toContain('/orders  →  mount /orders\n');
    expect(stdout).toContain(
      'answered by the gateway: 400\n  because      its readings lead to different mounts.\n',
    );
  });

  test('of an application that does not start it prints what it can, and ends with 3', async () => {
    const { code, stdout, stderr } = await viaduct('routes', 'broken.ts');
    expect(code).toBe(3);
    expect(stdout).toContain('fastify');
    expect(stderr).toContain('no database');
  });

  test('--json is JSON, whatever the application prints while it loads', async () => {
    const { code, stdout, stderr } = await viaduct('routes', 'prints.ts', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toBeInstanceOf(Object);
    expect(stderr).toContain('connecting');
  });

  test('a factory gets the settings', async () => {
    expect((await viaduct('routes', 'factory.ts')).stdout).toContain('trusts 0');
  });

  test.each(['never-loaded.ts', 'never-started.ts'])(
    '%s is told of as serve would, and ends with 3',
    async (file) => {
      const { code, stderr } = await viaduct('routes', file, '--start-timeout', '1s');
      expect(code).toBe(3);
      expect(stderr).toContain('the application was not ready within 1000 ms. Find out what');
    },
  );

  test('an application that ends the process is told of', async () => {
    expect(await viaduct('routes', 'exits.ts')).toEqual({
      code: 3,
      stdout: '',
      stderr: 'viaduct: the process ended with exit code 0 before the application was ready.\n',
    });
  });

  test('wrong operands are one message, and end with 2', async () => {
    expect(await viaduct('routes', 'application.ts', 'FETCH', '/x')).toMatchObject({
      code: 2,
      stderr:
        'viaduct: "FETCH" is no method. Did you mean PATCH? Write viaduct routes [module] GET /orders/7.\n',
    });
    expect((await viaduct('routes', 'get', '/x')).stderr).toContain('"get" is no method. Did you mean GET?');
    expect((await viaduct('routes', 'GET')).stderr).toContain('GET of what?');
  });
});
