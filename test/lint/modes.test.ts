import { createDispatcher, lint, LintError, type Violation } from '@viaduct/core';
import { fromKoa } from '@viaduct/koa';
import { serve } from '@viaduct/node';
import { afterEach, describe, expect, it, vi } from 'vitest';

const request = (path = '/x'): Request => new Request(`http://host.test${path}`);
const broken = (): Response => new Response(null, { headers: { connection: 'close' } });

afterEach(() => {
  vi.restoreAllMocks();
});

describe('mode throw', () => {
  it('makes 500 of an application’s fault on the web face, and tells onError', async () => {
    const errors: unknown[] = [];
    const dispatcher = createDispatcher(
      { '/': lint(broken, { mode: 'throw' }) },
      { onError: (error) => errors.push(error) },
    );
    const response = await dispatcher.fetch(request());
    expect(response.status).toBe(500);
    expect(errors).toMatchObject([
      { code: 'VIADUCT_E_LINT', violation: { id: 'S5', blames: 'application' } },
    ]);
  });

  it('makes 500 of it on the Node face, drops what the framework still writes, and serves the next request', async () => {
    const errors: unknown[] = [];
    const koa = fromKoa((ctx: { path: string; set(name: string, value: string): void; body: unknown }) => {
      if (ctx.path === '/broken') ctx.set('proxy-authorization', 'x');
      ctx.body = 'hello';
    });
    const server = await serve(lint(koa, { mode: 'throw' }), {
      port: 0,
      onError: (error) => errors.push(error),
    });
    const first = await fetch(`${server.url}/broken`);
    expect([first.status, await first.text()]).toEqual([500, 'Internal Server Error']);
    const second = await fetch(`${server.url}/sound`);
    expect([second.status, await second.text()]).toEqual([200, 'hello']);
    await server.close();
    expect(errors).toMatchObject([{ violation: { id: 'S5', face: 'node' } }]);
  });

  it('refuses a body of the wrong length that comes with its head', async () => {
    const application = lint(
      {
        fetch: () => new Response(),
        handle: (_, res) => void res.setHeader('content-length', 3).end('hello'),
      },
      { mode: 'throw' },
    );
    const server = await serve(application, { port: 0, onError: () => undefined });
    const response = await fetch(server.url);
    expect([response.status, await response.text()]).toEqual([500, 'Internal Server Error']);
    await server.close();
  });

  it('throws a caller’s fault to the caller', async () => {
    const application = lint(() => new Response(), { mode: 'throw' });
    const call = application.fetch('http://host.test/' as unknown as Request);
    await expect(call).rejects.toThrow(LintError);
    await expect(call).rejects.toThrow(/lint C1: the server or bridge in front of the application must call/);
  });

  it('collects what comes after the head, and warnings, without changing the answer', async () => {
    const found: Violation[] = [];
    const application = lint(
      () => new Response(new Blob(['hello']).stream(), { headers: { 'content-length': '9' } }),
      { mode: 'throw', onViolation: (violation) => found.push(violation) },
    );
    const response = await application.fetch(request());
    expect(await response.text()).toBe('hello');
    expect(found.map(({ id, isLate }) => [id, isLate])).toEqual([
      ['S7', true],
      ['B2', true],
    ]);
  });
});

describe('mode warn', () => {
  it('changes nothing, and prints each rule once', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const application = lint(broken);
    expect((await application.fetch(request())).status).toBe(200);
    expect((await application.fetch(request())).status).toBe(200);
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^lint S5: .*: got "connection"\. .* \(GET \/x, web face\)$/)],
    ]);
  });
});

describe('a wrapper', () => {
  it('has the faces, name, start and stop of the application inside', async () => {
    const calls: string[] = [];
    const inner = {
      name: 'shop',
      fetch: () => new Response(),
      start: () => void calls.push('start'),
      stop: () => void calls.push('stop'),
    };
    const application = lint(inner);
    expect([application.name, application.handle, application.upgrade]).toEqual([
      'shop',
      undefined,
      undefined,
    ]);
    await application.start?.();
    await application.stop?.();
    expect(calls).toEqual(['start', 'stop']);
    expect(lint({ ...inner, handle: (_, res) => void res.end() }).handle).toBeTypeOf('function');
  });

  it('can stand around every application, any number deep, on both faces', async () => {
    const found: Violation[] = [];
    const strict = { mode: 'throw', onViolation: (violation: Violation) => found.push(violation) } as const;
    const leaf = lint(
      lint((_, { basePath, path }) => Response.json([basePath, path]), strict),
      strict,
    );
    const application = lint(
      lint(createDispatcher({ '/a': lint(createDispatcher({ '/b': leaf }), strict) }), strict),
      strict,
    );
    expect(await (await application.fetch(request('/a/b/c?d'))).json()).toEqual(['/a/b', '/c']);
    const server = await serve(application, { port: 0 });
    expect(await (await fetch(`${server.url}/a/b/c?d`)).json()).toEqual(['/a/b', '/c']);
    await server.close();
    expect(found).toEqual([]);
  });

  it('passes a body on chunk by chunk, without reading ahead', async () => {
    let pulls = 0;
    const endless = (): Response =>
      new Response(
        new ReadableStream(
          {
            pull(controller) {
              pulls += 1;
              controller.enqueue(new Uint8Array(1));
            },
          },
          { highWaterMark: 0 },
        ),
        { headers: { 'content-type': 'application/octet-stream' } },
      );
    const response = await lint(lint(endless)).fetch(request());
    await new Promise(setImmediate);
    expect(pulls).toBe(0);
    const reader = response.body?.getReader();
    await reader?.read();
    expect(pulls).toBe(1);
    await reader?.cancel();
  });

  it('lets a copy of a request with a body abort when the request does', async () => {
    const client = new AbortController();
    const reasons: unknown[] = [];
    const application = lint(async (original: Request) => {
      const copy = new Request(original);
      client.abort(new Error('gone'));
      reasons.push(original.signal.reason, copy.signal.reason);
      return new Response(await copy.text());
    });
    const init = { method: 'POST', body: 'abc', signal: client.signal };
    await (await application.fetch(new Request('http://h.test/', init))).text();
    expect(reasons).toEqual([new Error('gone'), new Error('gone')]);
  });

  it('waits for an answer as long as it is told to', async () => {
    const told: Violation[] = [];
    const slow = async (): Promise<Response> => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return new Response(null, { status: 204 });
    };
    for (const answerTimeoutMs of [Infinity, 2 ** 31]) {
      const application = lint(slow, { answerTimeoutMs, onViolation: (violation) => told.push(violation) });
      expect((await application.fetch(new Request('http://h.test/'))).status).toBe(204);
    }
    expect(told).toEqual([]);
  });

  it('refuses options that it does not know', () => {
    expect(() => lint(broken, { answerTimeoutMs: 0 })).toThrow('lint: answerTimeoutMs is 0.');
    expect(() => lint(broken, { mod: 'throw' } as object)).toThrow('lint: there is no option "mod"');
    expect(() => lint(broken, { mode: 'strict' } as object)).toThrow(
      "mode is \"strict\". Write 'throw' or 'warn'.",
    );
  });
});
