import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Application, contextOf, createDispatcher, type Hooks, serve, toNode, withHooks } from 'viaduct';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';
import { describe, expect, it, vi } from 'vitest';

type Send = (application: Application, path: string, init?: RequestInit) => Promise<Response>;

async function overNode(application: Application, path: string, init?: RequestInit): Promise<Response> {
  const server = await serve(application, { port: 0, onError: () => undefined });
  try {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { ...init, redirect: 'manual' });
    const body = await response.arrayBuffer();
    return new Response(body.byteLength === 0 ? null : body, response);
  } finally {
    await server.close();
  }
}

async function overWeb(application: Application, path: string, init?: RequestInit): Promise<Response> {
  return application.fetch(new Request(`http://127.0.0.1${path}`, init));
}

const koa = (): Application => {
  const app = new Koa();
  app.use((ctx) => {
    ctx.set('x-app', 'koa');
    ctx.cookies.set('a', '1');
    ctx.body = { path: ctx.path, user: contextOf(ctx.req).state.user };
  });
  return fromKoa(app);
};

const api = (): Application => {
  const app = fastify();
  app.get('/*', (request, reply) =>
    reply.header('x-app', 'fastify').send({ path: request.url, user: contextOf(request.raw).state.user }),
  );
  return fromFastify(app);
};

const web = (): Application => ({
  fetch: (request, context) =>
    Response.json(
      { path: new URL(request.url).pathname, user: context?.state.user },
      { headers: { 'x-app': 'web' } },
    ),
});

const native = (handle: (response: ServerResponse) => void): Application => ({
  fetch: () => new Response(),
  handle: (_request, response) => handle(response),
});

const ASYNCHRONOUS = expect.objectContaining({
  code: 'VIADUCT_E_OPTION',
  message: expect.stringContaining('onResponse returned a promise'),
});

const faces: [string, Send][] = [
  ['node', overNode],
  ['web', overWeb],
];

describe.each(faces)('withHooks on the %s face', (_face, send) => {
  describe.each([
    ['koa', koa],
    ['fastify', api],
    ['web', web],
  ])('around a %s application', (name, factory) => {
    const hooked = (hooks: Hooks): Application => createDispatcher({ '/m': withHooks(factory(), hooks) });

    it('lets the application answer, with a value that onRequest put into state', async () => {
      const response = await send(
        hooked({ onRequest: (_head, { state }) => void (state.user = 'ada') }),
        '/m/x',
      );
      expect(response.headers.get('x-app')).toBe(name);
      expect(await response.json()).toEqual({ path: '/x', user: 'ada' });
    });

    it('awaits an asynchronous onRequest', async () => {
      const hooks: Hooks = {
        async onRequest(head, { state }) {
          await new Promise((resolve) => setImmediate(resolve));
          state.user = head.headers.get('X-User');
        },
      };
      const response = await send(hooked(hooks), '/m/x', { headers: { 'x-user': 'grace' } });
      expect(await response.json()).toMatchObject({ user: 'grace' });
    });

    it('shows onRequest no header that is a member of every object', async () => {
      const found: unknown[] = [];
      const hooks: Hooks = {
        onRequest({ headers }) {
          for (const each of ['constructor', '__proto__', 'X-A'])
            found.push(headers.get(each), headers.has(each));
        },
      };
      await send(hooked(hooks), '/m/x', { headers: { 'x-a': '1' } });
      expect(found).toEqual([null, false, null, false, '1', true]);
    });

    it('answers in place of the application with what onRequest returns', async () => {
      const response = await send(hooked({ onRequest: () => new Response('stop', { status: 403 }) }), '/m/x');
      expect([response.status, await response.text()]).toEqual([403, 'stop']);
      expect(response.headers.has('x-app')).toBe(false);
    });

    it('lets onResponse change status and headers, seeing those of the application', async () => {
      const seen: (string | null)[] = [];
      const hooks: Hooks = {
        onResponse(head) {
          seen.push(head.headers.get('X-App'), String(head.status));
          head.status = 202;
          head.headers.set('x-frame-options', 'DENY');
          head.headers.append('set-cookie', 'b=2');
          head.headers.delete('x-app');
        },
      };
      const response = await send(hooked(hooks), '/m/x');
      expect(seen).toEqual([name, '200']);
      expect(response.status).toBe(202);
      expect(response.headers.get('x-frame-options')).toBe('DENY');
      expect(response.headers.has('x-app')).toBe(false);
      const cookies = response.headers.getSetCookie();
      expect(cookies.at(-1)).toBe('b=2');
      expect(cookies).toHaveLength(name === 'koa' ? 2 : 1);
      expect(await response.json()).toMatchObject({ path: '/x' });
    });

    it('applies onResponse to early answers too, the inner hooks before the outer', async () => {
      const trail: string[] = [];
      const inner = withHooks(factory(), {
        onRequest: () => new Response(null, { status: 204 }),
        onResponse: (head) => {
          trail.push('inner');
          head.headers.set('x-inner', '1');
        },
      });
      const outer = withHooks(inner, {
        onResponse: (head) => void trail.push(`outer sees ${head.headers.get('x-inner')}`),
      });
      const response = await send(outer, '/');
      expect(response.status).toBe(204);
      expect(trail).toEqual(['inner', 'outer sees 1']);
    });

    it('tells onFinished the outcome, once', async () => {
      const onFinished = vi.fn<NonNullable<Hooks['onFinished']>>();
      const response = await send(hooked({ onFinished }), '/m/x');
      await response.text();
      await vi.waitFor(() => expect(onFinished).toHaveBeenCalledTimes(1));
      expect(onFinished.mock.calls[0]?.[0]).toEqual({ kind: 'completed', status: 200 });
    });

    it('answers 500 when onRequest throws, even nothing', async () => {
      const hooks: Hooks = {
        onRequest() {
          throw undefined;
        },
      };
      const errors: unknown[] = [];
      const application = createDispatcher(
        { '/m': withHooks(factory(), hooks) },
        { onError: (e) => errors.push(e) },
      );
      const response = await send(application, '/m/x');
      expect([response.status, await response.text()]).toEqual([500, 'Internal Server Error']);
      expect(errors).toEqual([undefined]);
    });
  });
});

describe('withHooks on the node face', () => {
  it.each([
    ['an object', (r: ServerResponse) => r.writeHead(201, { 'x-a': '1', 'x-b': ['2', '3'] })],
    [
      'a reason and an object',
      (r: ServerResponse) => r.writeHead(201, 'Made', { 'x-a': '1', 'x-b': ['2', '3'] }),
    ],
    ['a flat list', (r: ServerResponse) => r.writeHead(201, ['x-a', '1', 'x-b', '2', 'x-b', '3'])],
    [
      'no reason and an object',
      (r: ServerResponse) => r.writeHead(201, undefined, { 'x-a': '1', 'x-b': ['2', '3'] }),
    ],
    [
      'null for a reason and an object',
      (r: ServerResponse) => r.writeHead(201, null as never, { 'x-a': '1', 'x-b': ['2', '3'] }),
    ],
  ])('shows onResponse the headers given to writeHead as %s', async (_form, write) => {
    const seen: Record<string, string | null> = {};
    const application: Application = {
      fetch: () => new Response(),
      handle(_request, response) {
        write(response);
        response.end('made');
      },
    };
    const hooked = withHooks(application, {
      onResponse({ status, headers }) {
        Object.assign(seen, { status, a: headers.get('x-a'), b: headers.get('x-b') });
      },
    });
    const response = await overNode(hooked, '/');
    expect(seen).toEqual({ status: 201, a: '1', b: '2, 3' });
    expect([response.status, await response.text()]).toEqual([201, 'made']);
    expect([response.headers.get('x-a'), response.headers.get('x-b')]).toEqual(['1', '2, 3']);
  });

  it.each<[string, Application]>([
    ['that it was given', native((response) => response.writeHead(200, { 'x-a': 'a\nb' }).end('x'))],
    ['whose status is none', native((response) => Object.assign(response, { statusCode: 99 }).end('x'))],
    ['of a web response', { fetch: () => Response.error() }],
  ])('shows onResponse the 500 that follows when Node refuses a head %s', async (_which, application) => {
    const statuses: number[] = [];
    const hooked = withHooks(application, {
      onResponse({ status, headers }) {
        statuses.push(status);
        headers.append('vary', 'origin');
      },
    });
    const response = await overNode(hooked, '/');
    expect([response.status, response.headers.get('vary'), statuses.at(-1)]).toEqual([500, 'origin', 500]);
  });

  it('cuts the connection when onResponse is asynchronous, since the head would leave without it', async () => {
    const errors: unknown[] = [];
    const hooked = withHooks(koa(), { onResponse: () => Promise.reject(new Error('too late')) });
    const server = await serve(
      createDispatcher({ '/': hooked }, { onError: (error) => errors.push(error) }),
      {
        port: 0,
      },
    );
    await expect(fetch(`http://127.0.0.1:${server.port}/`)).rejects.toThrow('fetch failed');
    expect(errors).toEqual([ASYNCHRONOUS]);
    await server.close();
  });

  it('cuts the connection when onResponse throws, and serves the next request', async () => {
    const errors: unknown[] = [];
    let isBroken = true;
    const hooked = withHooks(koa(), {
      onResponse() {
        if (isBroken) throw new Error('no head');
      },
    });
    const server = createServer(toNode(hooked, { onError: (error) => errors.push(error) }));
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    expect(errors).toEqual([new Error('no head')]);
    isBroken = false;
    expect((await fetch(url)).status).toBe(200);
    server.closeAllConnections();
    server.close();
  });
});

describe('withHooks on the web face', () => {
  it('answers 500 when onResponse is asynchronous', async () => {
    const errors: unknown[] = [];
    const hooked = withHooks(web(), { onResponse: () => Promise.reject(new Error('too late')) });
    const application = createDispatcher({ '/': hooked }, { onError: (error) => errors.push(error) });
    expect((await overWeb(application, '/')).status).toBe(500);
    expect(errors).toEqual([ASYNCHRONOUS]);
  });

  it('answers 500 when onResponse throws and the body cannot even be asked for', async () => {
    const response = Object.defineProperty(new Response('x'), 'body', {
      get() {
        throw new Error('no body');
      },
    });
    const failure = new Error('no head');
    const hooked = withHooks(() => response, {
      onResponse() {
        throw failure;
      },
    });
    const errors: unknown[] = [];
    const application = createDispatcher({ '/': hooked }, { onError: (error) => errors.push(error) });
    expect((await overWeb(application, '/')).status).toBe(500);
    expect(errors).toEqual([failure]);
  });
});

describe('withHooks, given something wrong', () => {
  it('names a hook that does not exist', () => {
    expect(() => withHooks(web(), { onRequests: () => undefined } as Hooks)).toThrow(
      'withHooks: there is no hook "onRequests". Hooks are onRequest, onResponse, onFinished.',
    );
  });

  it('names a hook that is no function', () => {
    expect(() => withHooks(web(), { onRequest: 'x' } as unknown as Hooks)).toThrow(
      'withHooks: onRequest is string, not a function.',
    );
  });
});
