import assert from 'node:assert/strict';
import { createDispatcher } from '@viaduct/core';
import { type Behaviour, json } from './behaviour.js';
import { type Bench, type Snapshot, snapshot } from './bench.js';
import type { Case } from './case.js';

/** What an application sees of its path. */
interface Seen {
  readonly url: string;
  readonly originalUrl?: string;
  readonly basePath: string;
  readonly path: string;
}

const tell: Behaviour = async ({ url, originalUrl, context: { basePath, path } }) =>
  json({ url, originalUrl, basePath, path });

type Mounting = 'root' | 'mounted' | 'delegated' | 'nested';

/** Asks for a target under a mounting, and compares what the application saw. */
function sees(name: string, mounting: Mounting, target: string, expected: Seen): Case {
  return {
    name,
    async run(bench) {
      const application = await mount(bench, mounting);
      const { response } = await bench.send(application, target);
      const read: Snapshot = await snapshot(response);
      const seen = JSON.parse(read.body) as Seen;
      // A framework without originalUrl leaves it out.
      assert.deepEqual(
        seen,
        seen.originalUrl === undefined ? expected : { ...expected, originalUrl: target },
      );
      return [read];
    },
  };
}

async function mount(bench: Bench, mounting: Mounting): Promise<ReturnType<typeof createDispatcher>> {
  const application = await bench.application(tell);
  if (mounting === 'root') return createDispatcher({ '/': application });
  if (mounting === 'mounted') return createDispatcher({ '/base': application });
  if (mounting === 'delegated') return createDispatcher({ '/base': { application, strip: false } });
  return createDispatcher({ '/base': bench.strict(createDispatcher({ '/deep': application })) });
}

/** What an application knows of where it is mounted (CONFORMANCE A1 to A3). */
export const PATH_CASES: readonly Case[] = [
  sees('at the root, the path is whole', 'root', '/a/b?c=d', { url: '/a/b?c=d', basePath: '', path: '/a/b' }),
  sees('mounted, it sees the path below', 'mounted', '/base/a/b?c=d', {
    url: '/a/b?c=d',
    basePath: '/base',
    path: '/a/b',
  }),
  sees('mounted and asked for its base path, it sees /', 'mounted', '/base', {
    url: '/',
    basePath: '/base',
    path: '',
  }),
  sees('mounted, base path and base path with a slash differ in the context', 'mounted', '/base/', {
    url: '/',
    basePath: '/base',
    path: '/',
  }),
  sees('mounted, the query stays at the base path', 'mounted', '/base?c=d', {
    url: '/?c=d',
    basePath: '/base',
    path: '',
  }),
  sees('delegated to, it sees the whole path', 'delegated', '/base/a', {
    url: '/base/a',
    basePath: '',
    path: '/base/a',
  }),
  sees('two levels deep, base paths add up', 'nested', '/base/deep/a', {
    url: '/a',
    basePath: '/base/deep',
    path: '/a',
  }),
  sees('query bytes are untouched', 'mounted', '/base/a?a=1&a=2&b=%zz+%2f&c=/base', {
    url: '/a?a=1&a=2&b=%zz+%2f&c=/base',
    basePath: '/base',
    path: '/a',
  }),
  sees('an encoded slash and encoded UTF-8 stay as they are', 'mounted', '/base/a%2Fb/%E4%BD%A0', {
    url: '/a%2Fb/%E4%BD%A0',
    basePath: '/base',
    path: '/a%2Fb/%E4%BD%A0',
  }),
];
