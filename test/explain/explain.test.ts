import * as fc from 'fast-check';
import { createDispatcher, type Dispatcher, lint, serve, toNode, contextOf, fromNode } from 'viaduct';
import { explainRequest } from 'viaduct/explain';
import { pathCorpus } from '@viaduct/testing/paths';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesOf, sendRaw } from '../../packages/testing/dist/paths/raw-request.js';
import { askInMemory } from '../paths/in-memory.js';
import { targetsNear } from '../paths/targets.js';

/** What a request really met on its way, in the order in which it met it. */
let trail: string[] = [];
let seen: object | undefined;

function leaf(name: string) {
  return lint(
    fromNode(
      (request, response) => {
        const { basePath, path } = contextOf(request);
        const { url = '', originalUrl = '' } = request as typeof request & { originalUrl?: string };
        trail.push(name);
        seen = { basePath, path, url, originalUrl };
        response.setHeader('content-type', 'text/plain');
        response.end(request.method === 'HEAD' ? undefined : name);
      },
      { name },
    ),
    { mode: 'throw' },
  );
}

function web(name: string) {
  return lint(
    {
      name,
      fetch(request: Request) {
        trail.push(name);
        seen = { requestUrl: request.url };
        return new Response(name);
      },
    },
    { mode: 'throw' },
  );
}

function guard(name: string) {
  return Object.defineProperty(() => void trail.push(name), 'name', { value: name });
}

/** Mounts of both kinds, hosts, a nested dispatcher, guards on both levels. */
function build(): Dispatcher {
  const nested = createDispatcher(
    { '/admin': leaf('nested admin'), '/admin/keys': web('keys') },
    { name: 'nested', guards: { '/admin': guard('nested guard') } },
  );
  return createDispatcher(
    {
      '/': leaf('root'),
      '/admin': leaf('admin'),
      '/api': lint(nested),
      '/orders': { application: leaf('orders'), strip: false },
      '/public': web('public'),
      'other.test/': leaf('other'),
    },
    { name: 'outer', guards: { '/admin': guard('outer guard'), '/admin/secret': guard('secret guard') } },
  );
}

const NEAR = ['/admin/secret', '/api/admin/keys/7', '/orders/7', '/public/x', '/orders'];

/** What the explanation promises, in the form in which reality was recorded. */
function promised(application: Dispatcher, method: string, target: string, host?: string) {
  const { steps, verdict } = explainRequest(application, {
    method,
    target,
    ...(host === undefined ? {} : { host }),
  });
  const guards = steps.flatMap((step) => step.guards.map(({ name }) => name));
  if (verdict.kind === 'refused') return { trail: guards, status: verdict.status, seen: undefined };
  return { trail: [...guards, verdict.application], status: 200, seen: verdict.seen };
}

describe('An explanation', () => {
  const application = build();
  let port = 0;
  let close = async (): Promise<void> => undefined;

  beforeAll(async () => {
    ({ port, close } = await serve(application, { port: 0, host: '127.0.0.1' }));
  });
  afterAll(() => close());

  test('agrees with what the server does, for every target of the path corpus that one Host line goes with', async () => {
    const cases = pathCorpus.filter(
      ({ headers = ['Host: corpus.test'], version = '1.1' }) =>
        version === '1.1' && headers.length === 1 && /^Host: ?[\x21-\x7e]+$/i.test(headers[0] ?? ''),
    );
    expect(cases.length).toBeGreaterThan(150);
    for (const pathCase of cases) {
      const { method = 'GET', target, padding = 0, headers = ['Host: corpus.test'] } = pathCase;
      const host = (headers[0] ?? '').slice(5).trim();
      trail = [];
      seen = undefined;
      // oxlint-disable-next-line no-await-in-loop -- the trail belongs to one request
      const { status } = await sendRaw(bytesOf(pathCase, []), { port, host: '127.0.0.1', timeoutMs: 5_000 });
      const promise = promised(application, method, target + 'x'.repeat(padding), host);
      expect({ id: pathCase.id, trail, status }).toEqual({
        id: pathCase.id,
        trail: promise.trail,
        status: promise.status,
      });
      if (seen !== undefined) expect(promise.seen, pathCase.id).toMatchObject(seen);
    }
  });

  test('agrees with the listener for generated targets, unclean ones above all', async () => {
    const listener = toNode(application);
    await fc.assert(
      fc.asyncProperty(targetsNear(NEAR), async (target) => {
        trail = [];
        seen = undefined;
        const status = await askInMemory(listener, target);
        const promise = promised(application, 'GET', target, 'paths.test');
        expect({ trail, status }).toEqual({ trail: promise.trail, status: promise.status });
        if (seen !== undefined) expect(promise.seen).toMatchObject(seen);
      }),
      { numRuns: 3_000 },
    );
  });

  test('tells of an unclean target every reading, and which mount each one reaches', () => {
    const { isClean, steps, verdict } = explainRequest(application, {
      method: 'GET',
      target: '/public/../admin',
    });
    expect(isClean).toBe(false);
    expect(steps[0]?.readings).toEqual([
      { path: '/public/../admin', mount: '/public' },
      { path: '/admin', mount: '/admin' },
    ]);
    expect(steps[0]?.guards).toEqual([{ key: '/admin', name: 'outer guard' }]);
    expect(verdict).toEqual({
      kind: 'refused',
      status: 400,
      reason: 'its readings lead to different mounts.',
    });
  });

  test('goes through nested dispatchers and the wrappers around them', () => {
    const { steps, verdict } = explainRequest(application, {
      method: 'GET',
      target: '/api/admin/keys/7?x=1',
    });
    expect(steps.map(({ dispatcher, basePath, mount }) => [dispatcher, basePath, mount?.key])).toEqual([
      ['outer', '', '/api'],
      ['nested', '/api', '/admin/keys'],
    ]);
    expect(verdict).toMatchObject({
      kind: 'application',
      application: 'keys',
      mounts: ['/api', '/admin/keys'],
      seen: { basePath: '/api/admin/keys', path: '/7', requestUrl: 'http://localhost/7?x=1' },
      route: 'unknown',
    });
  });
});
