import { setImmediate as turn } from 'node:timers/promises';
import { type Application, createDispatcher, type RequestContext, withHooks } from 'viaduct';
import { describe, expect, it, vi } from 'vitest';
import { echo } from './behaviour.js';
import { everyKind, openForAll } from './every-way.js';
import { nodeFace } from './faces.js';
import { native } from './kinds.js';
import { T1, tableOf } from './tables.js';

everyKind(({ kind, face }) => {
  describe('a wrapper in front of the dispatcher', () => {
    const accounts: string[][] = [];
    const states: unknown[] = [];
    const account = ({ basePath, path, url }: RequestContext): string[] => [basePath, path, url];
    const { send } = openForAll(face, () => {
      const writing = kind.create(({ context }) => {
        context.state.seenBy = 'inner';
        return {};
      });
      return createDispatcher({
        '/outer': withHooks(createDispatcher({ '/inner': writing }), {
          onRequest: (_head, context) => void accounts.push(account(context)),
          onFinished(_outcome, context) {
            accounts.push(account(context));
            states.push(context.state.seenBy);
          },
        }),
      });
    });

    it('A3.53, A3.55 keeps its own account after the inner app ran, and sees what that put into state', async () => {
      await send({ target: '/outer/inner/x?q' });
      await vi.waitFor(() => expect(accounts).toHaveLength(2));
      const own = ['/outer', '/inner/x', 'http://viaduct.test/outer/inner/x?q'];
      expect(accounts).toEqual([own, own]);
      expect(states).toEqual(['inner']);
    });
  });

  describe('an application that is mounted twice', () => {
    const start = vi.fn<() => void>();
    const stop = vi.fn<() => void>();

    it('A3.57 sees its own base path in each place, and starts and stops once', async () => {
      const application: Application = { ...kind.create(echo('twice')), start, stop };
      if (kind.name === 'Fastify') delete (application as { start?: unknown }).start;
      const door = await face.open(createDispatcher({ '/a': application, '/b': application }));
      expect((await door.send({ target: '/a/x' })).text).toBe('twice|/a|/x|');
      expect((await door.send({ target: '/b/y' })).text).toBe('twice|/b|/y|');
      expect(start).toHaveBeenCalledTimes(kind.name === 'Fastify' ? 0 : 1);
      expect(stop).not.toHaveBeenCalled();
      await door.close();
      expect(stop).toHaveBeenCalledTimes(1);
    });
  });

  describe('requests at the same time', () => {
    const { send } = openForAll(face, () => {
      const late = (name: string): Application =>
        kind.create(async (call) => {
          await turn();
          const answer = await echo(name)(call);
          await turn();
          const again = await echo(name)(call);
          return { body: `${String(answer.body)} ${String(again.body)}` };
        });
      return createDispatcher({ '/a': late('a'), '/b/c': late('c') });
    });

    it('A3.54 never see each other: 1,000 on two mounts', async () => {
      for (let round = 0; round < 20; round += 1) {
        const texts = await Promise.all(
          Array.from({ length: 50 }, async (_, index) => {
            const [name, base] = index % 2 === 0 ? ['a', '/a'] : ['c', '/b/c'];
            const { text } = await send({ target: `${base}/${round}-${index}` });
            const line = `${name}|${base}|/${round}-${index}|`;
            return text === `${line} ${line}` ? 'right' : text;
          }),
        );
        expect(new Set(texts)).toEqual(new Set(['right']));
      }
    });
  });
});

describe('many mounts', () => {
  it.each([1, 101, 10_000])('A3.58 the answers are the same with %i more', async (count) => {
    const more = Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`/foo/mount-${index}`, `m${index}`] as const),
    );
    const door = await nodeFace.open(tableOf({ ...T1, ...more }, native, 'declared'));
    const last = count - 1;
    expect((await door.send({ target: `/foo/mount-${last}/x` })).text).toBe(
      `m${last}|/foo/mount-${last}|/x|`,
    );
    expect((await door.send({ target: '/foo/mount-0' })).text).toBe('m0|/foo/mount-0||');
    expect((await door.send({ target: `/foo/mount-${count}` })).text).toBe(`foo|/foo|/mount-${count}|`);
    expect((await door.send({ target: '/foo/bar/x' })).text).toBe('foobar|/foo/bar|/x|');
    expect((await door.send({ target: '/foobar' })).text).toBe('ROOT||/foobar|');
    await door.close();
  });
});
