import { contextOf, createDispatcher, lint } from '@viaduct/core';
import { fromKoa } from '@viaduct/koa';
import { describeApplication, request } from '@viaduct/testing';
import { describe, expect, it } from 'vitest';
import { web } from '../suite/bridges.js';

const endless = (): Response =>
  new Response(new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(1024)) }));

const echo = (received: Request): Response => new Response(received.body);

const FACES = ['web', 'node'] as const;

describe.each(FACES)('request, on the %s face', (face) => {
  const koa = lint(
    fromKoa((ctx: { req: never; body: unknown; path: string; status: number }) => {
      contextOf(ctx.req).state['path'] = ctx.path;
      ctx.status = 201;
      ctx.body = `${contextOf(ctx.req).basePath}|${ctx.path}`;
    }),
    { mode: 'throw' },
  );

  it('gives response, context and outcome', async () => {
    const { response, context, outcome, errors } = await request(koa, '/a?b', { face });
    expect([response.status, await response.text()]).toEqual([201, '|/a']);
    expect(context).toMatchObject({ basePath: '', path: '/a', state: { path: '/a' } });
    expect(await outcome).toEqual({ kind: 'completed', status: 201 });
    expect(errors).toEqual([]);
  });

  it('mounts the application where it is told', async () => {
    const { response } = await request(koa, '/shop/a', { face, basePath: '/shop' });
    expect(await response.text()).toBe('/shop|/a');
  });

  it('tells what onError was told, and the outcome of a failure', async () => {
    const failure = new Error('on purpose');
    const failing = (): Response => {
      throw failure;
    };
    const { response, outcome, errors } = await request(failing, '/', { face });
    expect([response.status, await response.text()]).toEqual([500, 'Internal Server Error']);
    expect(await outcome).toEqual({ kind: 'failed', status: 500, error: failure });
    expect(errors).toEqual([failure]);
  });

  it('says what keeps an exchange from ending', async () => {
    const { response, outcome } = await request(endless, '/slow', { face, timeoutMs: 20 });
    await expect(outcome).rejects.toThrow(
      'did not end within 20 ms: GET /slow: the body of its response was not read.',
    );
    await response.body?.cancel();
  });

  it.each([Infinity, 2 ** 31])('waits %d ms for the end, where that is asked for', async (timeoutMs) => {
    const { response, outcome } = await request(endless, '/slow', { face, timeoutMs });
    // Longer than a timer would wait that cannot wait so long.
    await new Promise((resolve) => setTimeout(resolve, 20));
    await response.body?.cancel();
    expect((await outcome).kind).toBe('aborted');
  });

  it('sends bodies both ways, with back-pressure on the way', async () => {
    const body = new Uint8Array(3_000_000).fill(7);
    const { response } = await request(echo, '/', { face, method: 'POST', body });
    expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true);
  });

  it('takes a Request in place of a path', async () => {
    const { response } = await request(
      koa,
      new Request('http://host.test/a', { method: 'POST', body: 'x' }),
      { face },
    );
    expect(await response.text()).toBe('|/a');
  });
});

describe('request', () => {
  it('sends the very target on the Node face, where a URL would change it', async () => {
    const { response, context } = await request(createDispatcher({ '/': () => new Response() }), '/a/../b', {
      face: 'node',
    });
    expect([response.status, context?.target]).toEqual([200, '/a/../b']);
  });
});

describe('describeApplication', () => {
  it('passes what keeps the contract', async () => {
    expect(await failuresOf(web)).toEqual([]);
  });

  it('catches a bridge that loses the query', async () => {
    const failed = await failuresOf((behaviour) =>
      web(async (seen) => behaviour({ ...seen, url: seen.url.replace(/\?.*/, '') })),
    );
    expect(failed).toContain('query bytes are untouched');
  });

  it('catches a bridge that loses a cookie', async () => {
    const failed = await failuresOf((behaviour) =>
      web(async (seen) => {
        const answer = await behaviour(seen);
        return { ...answer, headers: [...new Map(answer.headers)] };
      }),
    );
    expect(failed).toEqual(['two cookies stay two headers, in their order']);
  });

  it('catches a bridge that answers 200 whatever it is told', async () => {
    const failed = await failuresOf((behaviour) =>
      web(async (seen) => ({ ...(await behaviour(seen)), status: 200 })),
    );
    expect(failed).toContain('status 404 is passed on');
  });

  it('says what to do where there is no test runner', () => {
    expect(() => describeApplication('x', () => () => new Response())).toThrow(
      "import { describe, it } from 'node:test'",
    );
  });
});

/** Runs the suite on a runner of its own, and gives the names of what failed. */
async function failuresOf(factory: Parameters<typeof describeApplication>[1]): Promise<readonly string[]> {
  const cases: { name: string; body: () => Promise<void> }[] = [];
  describeApplication('under test', factory, {
    describe: (_, body) => body(),
    it: (name, body) => cases.push({ name, body }),
    faces: ['web'],
  });
  const failed: string[] = [];
  for (const { name, body } of cases) await body().catch(() => failed.push(name));
  return failed;
}
