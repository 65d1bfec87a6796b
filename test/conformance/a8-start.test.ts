import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Application, createDispatcher, lint, serve, ViaductError, withHooks } from 'viaduct';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';
import { describe, expect, it, vi } from 'vitest';
import { Connection } from './connection.js';
import { defer } from './deferred.js';
import { trailing } from './trail-application.js';

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function failureOf(promise: Promise<unknown>): Promise<ViaductError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ViaductError);
  return error as ViaductError;
}

describe('start', () => {
  it('A8.125 goes in order of declaration, one after the other', async () => {
    const trail: string[] = [];
    const server = await serve(
      createDispatcher({
        '/z': trailing('z', trail),
        '/': trailing('root', trail),
        '/a': trailing('a', trail),
      }),
      { port: 0, host: '127.0.0.1' },
    );
    expect(trail).toEqual(['z starts', 'z started', 'root starts', 'root started', 'a starts', 'a started']);
    await server.close();
  });

  it('A8.125 opens the port when all have started, and not before', async () => {
    const port = await freePort();
    const goOn = defer();
    const begun = defer();
    const application: Application = {
      fetch: () => new Response('ready'),
      async start() {
        begun.resolve();
        await goOn.promise;
      },
    };
    const serving = serve(createDispatcher({ '/': application }), { port, host: '127.0.0.1' });
    await begun.promise;
    await expect(Connection.open(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    goOn.resolve();
    const server = await serving;
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('ready');
    await server.close();
  });

  it.each([
    ['an Error', new Error('no database'), 'no database'],
    ['undefined', undefined, 'undefined'],
  ])(
    'A8.126 that fails with %s stops the earlier in reverse, starts none after, and names mount and cause',
    async (_name, cause, words) => {
      const port = await freePort();
      const trail: string[] = [];
      const application = createDispatcher({
        '/a': trailing('a', trail),
        '/b': trailing('b', trail),
        '/c': trailing('c', trail, { failsToStart: cause }),
        '/d': trailing('d', trail),
      });
      const error = await failureOf(serve(application, { port, host: '127.0.0.1' }));
      expect(error.code).toBe('VIADUCT_E_START');
      expect(error.message).toContain('mount "/c"');
      expect(error.message).toContain(words);
      expect(trail.slice(4)).toEqual(['c starts', 'b stops', 'b stopped', 'a stops', 'a stopped']);
      await expect(Connection.open(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    },
  );

  it('A8.126 that fails may be tried again', async () => {
    const trail: string[] = [];
    let isBroken = true;
    const flaky: Application = {
      fetch: () => new Response('fine'),
      start() {
        if (isBroken) throw new Error('not yet');
      },
    };
    const application = createDispatcher({ '/a': trailing('a', trail), '/b': flaky });
    await failureOf(serve(application, { port: 0, host: '127.0.0.1' }));
    isBroken = false;
    const server = await serve(application, { port: 0, host: '127.0.0.1' });
    await server.close();
    expect(trail.filter((line) => line === 'a started')).toHaveLength(2);
    expect(trail.filter((line) => line === 'a stopped')).toHaveLength(2);
  });

  it('A8.126 of a Fastify app whose plugin fails keeps the port closed, closes the app, and names mount and cause', async () => {
    const port = await freePort();
    const trail: string[] = [];
    const onClose = vi.fn<() => void>();
    const app = fastify();
    app.addHook('onClose', async () => onClose());
    app.register(async () => {
      throw new Error('no schema');
    });
    const application = createDispatcher({ '/a': trailing('a', trail), '/api': fromFastify(app) });
    const error = await failureOf(serve(application, { port, host: '127.0.0.1' }));
    expect(error.message).toMatch(/mount "\/api".*no schema/);
    expect(trail.at(-1)).toBe('a stopped');
    expect(onClose).toHaveBeenCalledTimes(1);
    await expect(Connection.open(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('A8.127 of applications without a lifecycle is nothing to wait for', async () => {
    const table = createDispatcher({
      '/a': () => new Response('a'),
      '/b': { fetch: () => new Response('b') },
    });
    const server = await serve(table, { port: 0, host: '127.0.0.1', startTimeoutMs: 1000 });
    await server.close();
  });

  it('A8.128 that never ends is given up after startTimeoutMs, and named', async () => {
    const trail: string[] = [];
    const never: Application = { fetch: () => new Response(), start: () => new Promise(() => undefined) };
    const table = { '/a': trailing('a', trail), '/slow': never };
    const error = await failureOf(
      serve(createDispatcher(table, { startTimeoutMs: 20 }), { port: 0, host: '127.0.0.1' }),
    );
    expect(error.message).toContain('mount "/slow"');
    expect(error.message).toContain('20 ms');
    expect(trail.at(-1)).toBe('a stopped');
  });

  it.each([
    [20, 20],
    [20, 60_000],
    [60_000, 20],
  ])('A8.128 names the innermost place: limits of %i and, inside, %i ms', async (outer, inner) => {
    const never: Application = { fetch: () => new Response(), start: () => new Promise(() => undefined) };
    const deep = createDispatcher(
      { '/a': trailing('a', []), '/deep': lint(never) },
      { startTimeoutMs: inner },
    );
    const table = createDispatcher({ '/hooked': withHooks(deep, {}) }, { startTimeoutMs: outer });
    const error = await failureOf(table.start());
    expect(error.message).toBe('mount "/deep" did not start within 20 ms. What does its start() wait for?');
  });

  it('A8.130 of Fastify is ready(), its stop is close(); Koa has neither', async () => {
    const trail: string[] = [];
    const app = fastify();
    app.addHook('onReady', async () => void trail.push('ready'));
    app.addHook('onClose', async () => void trail.push('close'));
    const koa = fromKoa(new Koa());
    expect([koa.start, koa.stop]).toEqual([undefined, undefined]);
    const server = await serve(createDispatcher({ '/': koa, '/api': fromFastify(app) }), {
      port: 0,
      host: '127.0.0.1',
    });
    expect(trail).toEqual(['ready']);
    await server.close();
    expect(trail).toEqual(['ready', 'close']);
  });
});
