import { createDispatcher } from 'viaduct';
import { describe } from 'vitest';
import { echo } from './behaviour.js';
import { everyWay, openForAll } from './every-way.js';
import { testEchoes } from './echo-case.js';
import { outerTable, T1, tableOf } from './tables.js';

everyWay((way) => {
  const { face, kind, order } = way;

  describe('T3', () => {
    const { send } = openForAll(face, () => outerTable(kind, order));
    testEchoes(way, send, [
      { title: 'A3.47 base paths add up', target: '/outer/foo/bar/z', answer: 'foobar|/outer/foo/bar|/z|' },
      { title: 'A3.48 boundaries hold inside', target: '/outer/foo/barx', answer: 'foo|/outer/foo|/barx|' },
      {
        title: 'A3.49 the inner fallback has the outer base path',
        target: '/outer/zzz',
        answer: 'ROOT|/outer|/zzz|',
      },
      {
        title: 'A3.49 the inner fallback has the outer base path',
        target: '/outer',
        answer: 'ROOT|/outer||',
      },
      {
        title: 'A3.47 an unclean target is read once',
        target: '/outer/foo//x',
        answer: 'foo|/outer/foo|/x|',
      },
      { title: 'A3.47 readings are compared inside too', target: '/outer/foo/../bar', answer: 400 },
      { title: 'A3.47 readings are compared inside too', target: '/outer//foo', answer: 'foo|/outer/foo||' },
    ]);
  });

  describe('three levels', () => {
    const { send } = openForAll(face, () => {
      const inner = tableOf({ '/quux': 'quux' }, kind, order);
      return tableOf({ '/foo': tableOf({ '/bar': inner }, kind, order) }, kind, order);
    });
    testEchoes(way, send, [
      {
        title: 'A3.50 three dispatchers in each other',
        target: '/foo/bar/quux',
        answer: 'quux|/foo/bar/quux||',
      },
      { title: 'A3.50 a level without a fallback answers 404', target: '/foo/bar', answer: 404 },
    ]);
  });

  describe('a base', () => {
    const { send } = openForAll(face, () => tableOf({ '/root': tableOf(T1, kind, order) }, kind, order));
    testEchoes(way, send, [
      {
        title: 'A3.51 a base that a proxy left in the path',
        target: '/root/foo/x',
        answer: 'foo|/root/foo|/x|',
      },
      { title: 'A3.51 without the base, nothing is found', target: '/foo/x', answer: 404 },
      { title: 'A3.52 the base ends at a segment', target: '/rootfoo/x', answer: 404 },
    ]);
  });

  describe('delegation', () => {
    const { send } = openForAll(face, () => {
      const v1 = kind.create(echo('v1'));
      const inner = createDispatcher({ '/deep': { application: v1, strip: false } });
      return createDispatcher({
        '/v1': { application: v1, strip: false },
        '/mounted': inner,
        '/delegated': {
          application: createDispatcher({
            '/delegated/deep': v1,
            '/delegated': { application: v1, strip: false },
          }),
          strip: false,
        },
      });
    });
    testEchoes(way, send, [
      { title: 'A3.59 a delegated app sees the whole path', target: '/v1/u?a', answer: 'v1||/v1/u|?a' },
      { title: 'A3.59 also an unclean one', target: '/v1//u', answer: 'v1||/v1//u|' },
      {
        title: 'A3.59 whole, within its dispatcher',
        target: '/mounted/deep/u',
        answer: 'v1|/mounted|/deep/u|',
      },
      {
        title: 'A3.59 a delegated dispatcher matches the whole',
        target: '/delegated/deep/u',
        answer: 'v1|/delegated/deep|/u|',
      },
      {
        title: 'A3.59 a delegated dispatcher matches the whole',
        target: '/delegated/u',
        answer: 'v1||/delegated/u|',
      },
    ]);
  });
});
