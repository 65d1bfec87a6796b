import {
  type ApplicationDescription,
  createContext,
  createDispatcher,
  fromNode,
  serve,
  toApplication,
} from 'viaduct';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';
import { describe, expect, it } from 'vitest';

const application = { fetch: () => new Response() };

describe('a table with something else than an application', () => {
  it.each<[name: string, value: unknown, words: string]>([
    ['an app that was never made', undefined, 'Was it exported'],
    ['null', null, 'Was it exported'],
    ['a string', 'shop', 'string shop is not an application'],
    ['a promise', Promise.resolve(application), 'Await it first'],
    ['a Koa app without its bridge', new Koa(), 'fromKoa(app)'],
    ['a Fastify instance without its bridge', fastify(), 'fromFastify(app)'],
    ['the class of an app', Koa, 'new'],
    ['a module', { default: application }, 'module.default'],
    ['an empty object', {}, '{ fetch(request, context) }'],
    ['mount options without one', { application: undefined }, 'Was it exported'],
  ])('%s is refused at once, with the key and what to write instead', (_name, value, words) => {
    const build = (): unknown => createDispatcher({ '/fine': application, '/wrong': value as never });
    expect(build).toThrow(
      expect.objectContaining({ name: 'ViaductTypeError', code: 'VIADUCT_E_APPLICATION' }),
    );
    expect(build).toThrow('mount "/wrong"');
    expect(build).toThrow(words);
  });

  it('an Express app is told apart by its shape', () => {
    const express = Object.assign(() => undefined, { handle: () => undefined, set: () => undefined });
    expect(() => createDispatcher({ '/': express as never })).toThrow('fromNode(app)');
  });
});

describe('wrong options', () => {
  it.each<[name: string, build: () => unknown, words: string]>([
    ['of a mount', () => createDispatcher({ '/': { application, stripp: false } as never }), '"stripp"'],
    [
      'strip of another type',
      () => createDispatcher({ '/': { application, strip: 0 as never } }),
      'strip is 0',
    ],
    ['of a dispatcher', () => createDispatcher({}, { guard: {} } as never), '"guard"'],
    [
      'a time that is no number',
      () => createDispatcher({}, { startTimeoutMs: NaN }),
      'startTimeoutMs is NaN',
    ],
    ['a time that is over', () => createDispatcher({}, { startTimeoutMs: 0 }), 'startTimeoutMs is 0'],
  ])('%s are refused', (_name, build, words) => {
    expect(build).toThrow(expect.objectContaining({ code: 'VIADUCT_E_OPTION' }));
    expect(build).toThrow(words);
  });

  it.each([
    [{ prot: 3000 }, '"prot"'],
    [{ port: '3000' }, 'port is "3000"'],
    [{ port: 65_536 }, 'port is 65536'],
    [{ port: -1 }, 'port is -1'],
  ])('of serve are refused: %j', async (options, words) => {
    const serving = serve(application, options as never);
    await expect(serving).rejects.toMatchObject({ code: 'VIADUCT_E_OPTION' });
    await expect(serving).rejects.toThrow(words);
  });

  it('a guard that is no function is refused, and named', () => {
    const build = (): unknown => createDispatcher({}, { guards: { '/a': true as never } });
    expect(build).toThrow(expect.objectContaining({ code: 'VIADUCT_E_GUARD' }));
    expect(build).toThrow('guard "/a"');
  });

  it('guards that would be one are refused, and both named', () => {
    const guards = { '/a': () => undefined, '/A/': () => undefined };
    expect(() => createDispatcher({}, { guards })).toThrow(/(?=.*"\/a")(?=.*"\/A\/")/);
  });
});

describe('bridges', () => {
  it.each([undefined, null, 'app', {}])('refuse %j at once', (value) => {
    for (const bridge of [fromKoa, fromFastify, fromNode]) {
      expect(() => bridge(value as never)).toThrow(
        expect.objectContaining({ code: 'VIADUCT_E_APPLICATION' }),
      );
    }
  });
});

describe('createContext', () => {
  const request = new Request('http://h.test/a/b/c');

  it.each(['/', '/a/', 'a', '//a', '/a//b', '/a?b'])('refuses the base path %j', (basePath) => {
    const create = (): unknown => createContext(request, { basePath });
    expect(create).toThrow(expect.objectContaining({ code: 'VIADUCT_E_CONTEXT' }));
    expect(create).toThrow(`basePath is "${basePath}"`);
  });

  it.each([
    ['', '/a/b/c'],
    ['/a', '/b/c'],
    ['/a/b', '/c'],
  ])('takes the base path %j', (basePath, path) => {
    const context = createContext(request, { basePath });
    expect([context.basePath, context.path]).toEqual([basePath, path]);
  });
});

describe('toApplication', () => {
  it('gives an application back as it is, and a function as one', async () => {
    const native = fromNode(() => undefined);
    expect(toApplication(native)).toBe(native);
    const shop = (): Response => new Response('shop');
    expect(toApplication(shop).name).toBe('shop');
    expect(await (await toApplication(shop).fetch(new Request('http://h/'))).text()).toBe('shop');
  });

  it('does not take handle(request) of another framework for a Node face', () => {
    const elysia = { fetch: () => new Response(), handle: (_request: Request) => new Response() };
    expect(toApplication(elysia as never).handle).toBeUndefined();
  });

  it('keeps all else of an application whose handle it does not take', async () => {
    class Shop {
      readonly name = 'shop';
      readonly trail: string[] = [];
      readonly fetch = (): Response => new Response('shop');
      handle(..._rest: unknown[]): void {}
      upgrade(_request: unknown, _socket: unknown, _head: unknown): void {
        this.trail.push('upgrade');
      }
      start(): void {
        this.trail.push('start');
      }
      stop(): void {
        this.trail.push('stop');
      }
      describe(): ApplicationDescription {
        return { framework: this.name };
      }
    }
    const shop = new Shop();
    const taken = toApplication(shop);
    expect([taken.name, taken.handle, taken.describe?.()]).toEqual([
      'shop',
      undefined,
      { framework: 'shop' },
    ]);
    void taken.upgrade?.(undefined as never, undefined as never, undefined as never);
    expect(shop.trail).toEqual(['upgrade']);
    const table = createDispatcher({ '/': shop, '/again': shop });
    await table.start();
    await table.stop();
    expect(shop.trail).toEqual(['upgrade', 'start', 'stop']);
  });

  it('does not take stop(closeConnections) of another framework for the end of a life', () => {
    const elysia = {
      fetch: () => new Response(),
      handle: (_request: Request) => new Response(),
      stop: (_closeActiveConnections?: boolean) => Promise.reject(new Error('is not running')),
    };
    expect(toApplication(elysia as never).stop).toBeUndefined();
  });
});
