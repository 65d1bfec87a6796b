import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';
import { type Application, createDispatcher, fromNode, withHooks } from 'viaduct';
import { describe, expect, it } from 'vitest';
import { FACES } from '../conformance/faces.js';
import { openServer } from '../conformance/opened-server.js';

/** What the application is asked for, and answers with: `/to/x` redirects to the header's value. */
const REDIRECTING: readonly (readonly [name: string, create: () => Application])[] = [
  [
    'Koa',
    () =>
      fromKoa(
        new Koa().use((ctx) => {
          ctx.status = 302;
          ctx.set('Location', ctx.get('x-to'));
        }),
      ),
  ],
  [
    'Fastify',
    () => {
      const app = fastify();
      app.get('/*', async (request, reply) => reply.redirect(String(request.headers['x-to'])));
      return fromFastify(app);
    },
  ],
  [
    'a native handler',
    () =>
      fromNode((request, response) => {
        response.writeHead(302, { location: String(request.headers['x-to']) }).end();
      }),
  ],
  [
    'a fetch handler',
    () => ({
      fetch: ({ headers }) =>
        new Response(null, { status: 302, headers: { location: headers.get('x-to') ?? '' } }),
    }),
  ],
];

const WAYS = FACES.flatMap((face) => REDIRECTING.map(([name, create]) => ({ face, name, create })));

describe.each(WAYS)('P38, A6.106 rewriteLocation: $name, $face.name', ({ face, create }) => {
  async function locations(application: Application, target: string, to: string): Promise<string[]> {
    const door = await face.open(application);
    try {
      const answer = await door.send({ target, headers: [['X-To', to]] });
      expect([answer.status, door.errors]).toEqual([302, []]);
      return answer.values('location');
    } finally {
      await door.close();
    }
  }

  it.each([
    ['/x', '/foo/x'],
    ['/', '/foo/'],
    ['/x?to=/y#z', '/foo/x?to=/y#z'],
    ['/foo/x', '/foo/foo/x'],
    ['x', 'x'],
    ['../x', '../x'],
    ['?page=2', '?page=2'],
    ['//evil.test/x', '//evil.test/x'],
    ['/%5Cevil.test', '/foo/%5Cevil.test'],
    ['https://other.test/x', 'https://other.test/x'],
  ])('%s leaves as %s', async (to, left) => {
    const application = createDispatcher({ '/foo': { application: create(), rewriteLocation: true } });
    expect(await locations(application, '/foo/y', to)).toEqual([left]);
  });

  it('is off where it is not asked for', async () => {
    const table = { '/foo': create(), '/bar': { application: create(), rewriteLocation: true } };
    expect(await locations(createDispatcher(table), '/foo/y', '/x')).toEqual(['/x']);
  });

  it('writes the whole base path, once, where mounts nest', async () => {
    for (const rewriteLocation of [false, true]) {
      const inner = createDispatcher({ '/in': { application: create(), rewriteLocation: true } });
      const outer = createDispatcher({ '/out': { application: inner, rewriteLocation } });
      expect(await locations(outer, '/out/in/y', '/x')).toEqual(['/out/in/x']);
    }
  });

  it('adds nothing at the root, and hooks around see the result', async () => {
    const seen: unknown[] = [];
    const open = (): Application =>
      withHooks(
        createDispatcher({
          '/': { application: create(), rewriteLocation: true },
          '/foo': { application: create(), rewriteLocation: true },
        }),
        { onResponse: ({ headers }) => void seen.push(headers.get('location')) },
      );
    expect(await locations(open(), '/y', '/x')).toEqual(['/x']);
    expect(await locations(open(), '/foo/y', '/x')).toEqual(['/foo/x']);
    expect(seen).toEqual(['/x', '/foo/x']);
  });
});

describe('rewriteLocation', () => {
  const application: Application = { fetch: () => new Response() };

  it('of a Response that nobody may change, and whose body was read, is a 500 and no rejection', async () => {
    const { server } = await openServer(
      fromNode((_, response) => response.writeHead(302, { location: '/x' }).end('moved')),
    );
    const errors: unknown[] = [];
    const dispatcher = createDispatcher(
      {
        '/foo': {
          async application() {
            const fetched = await fetch(`http://127.0.0.1:${server.port}/`, { redirect: 'manual' });
            await fetched.text();
            return fetched;
          },
          rewriteLocation: true,
        },
      },
      { onError: (error) => void errors.push(error) },
    );
    expect((await dispatcher.fetch(new Request('http://h.test/foo'))).status).toBe(500);
    expect(errors).toEqual([expect.any(TypeError)]);
  });

  it('with strip: false is refused when the table is built', () => {
    expect(() => createDispatcher({ '/foo': { application, strip: false, rewriteLocation: true } })).toThrow(
      /mount "\/foo": rewriteLocation goes with a path that is stripped/,
    );
  });

  it('that is no boolean is refused, and so is an option that is unknown', () => {
    const wrong = { application, rewriteLocation: '/foo' as unknown as boolean };
    expect(() => createDispatcher({ '/foo': wrong })).toThrow(
      'rewriteLocation is /foo. Write true or false.',
    );
    const unknown = { application, rewriteLocations: true };
    expect(() => createDispatcher({ '/foo': unknown })).toThrow(
      /no option "rewriteLocations".*rewriteLocation/,
    );
  });
});
