import { createDispatcher, fromNode, toNode } from 'viaduct';
import { expect, it } from 'vitest';
import { askInMemory } from './in-memory.js';

/** Each is `/admin` to whoever parses what is left of it below `/old` a second time. */
const TARGETS = ['/old/.//x/admin', '/old/%2Fx/admin', '/old/y/..//x/admin', '/old/.//x//y/admin'];

it.each(TARGETS.flatMap((target) => [{ target }, { target: `/deep${target}` }]))(
  'a guard in front of the mount runs for $target, which its application parses again and again',
  async ({ target }) => {
    const read: string[] = [];
    const application = fromNode((req, res) => {
      let path = decodeURIComponent(req.url ?? '');
      while (!read.includes(path)) {
        read.push(path);
        path = new URL(path, 'http://a.example').pathname;
      }
      res.end();
    });
    let isGuarded = false;
    const guard = (): void => void (isGuarded = true);
    const dispatcher = createDispatcher(
      { '/old': application, '/deep': createDispatcher({ '/old': application }) },
      { guards: { '/old/admin': guard, '/deep/old/admin': guard } },
    );
    expect(await askInMemory(toNode(dispatcher), target)).toBe(200);
    expect(read).toContain('/admin');
    expect(isGuarded).toBe(true);
  },
);
