import { createDispatcher } from 'viaduct';
import { describe, expect, it } from 'vitest';
import { echo } from './behaviour.js';
import { everyWay, openForAll } from './every-way.js';
import { testEchoes } from './echo-case.js';
import { web } from './kinds.js';
import { tableOf } from './tables.js';

const application = web.create(echo('any'));

describe('the keys of a table', () => {
  it.each([
    'foo',
    '/foo?x',
    '/foo#x',
    '/a/../b',
    '/a//b',
    '/a\\b',
    '/a/.',
    '//',
    '/a;b',
    '/a%2Fb',
    '/a%zz',
    '/*',
  ])('A2.43 %j is refused when the table is built, in words that name it', (key) => {
    const build = (): unknown => createDispatcher({ [key]: application });
    expect(build).toThrow(TypeError);
    expect(build).toThrow(expect.objectContaining({ code: 'VIADUCT_E_MOUNT_KEY' }));
    expect(build).toThrow(`mount "${key}"`);
  });

  it.each([
    ['/foo/', '/foo'],
    ['/', ''],
    ['/foo', '/%66oo'],
    ['/foo', '/Foo'],
    ['/café', '/caf%c3%a9'],
    ['foo.org/', 'FOO.org./'],
  ])('A2.44, A2.45 %j and %j in one table are refused, and both are named', (one, other) => {
    const build = (): unknown => createDispatcher({ [one]: application, [other]: application });
    expect(build).toThrow(expect.objectContaining({ code: 'VIADUCT_E_MOUNT_DUPLICATE' }));
    expect(build).toThrow(`"${one}"`);
    expect(build).toThrow(`"${other}"`);
  });

  it.each([
    ['a list', [['/', application]]],
    ['a Map', new Map([['/', application]])],
    ['an application', application],
    ['nothing', undefined],
    ['a string', '/'],
  ])('A2.46 %s in place of a table is refused', (_name, table) => {
    const build = (): unknown => createDispatcher(table as never);
    expect(build).toThrow(TypeError);
    expect(build).toThrow(expect.objectContaining({ code: 'VIADUCT_E_MOUNT_TABLE' }));
  });
});

everyWay((way) => {
  const { face, kind, order } = way;
  const slash = openForAll(face, () => tableOf({ '/foo/': 'foo' }, kind, order));
  testEchoes(way, slash.send, [
    { title: 'A2.44 a key may end with a slash', target: '/foo', answer: 'foo|/foo||' },
    { title: 'A2.44 a key may end with a slash', target: '/foo/x', answer: 'foo|/foo|/x|' },
  ]);
  const empty = openForAll(face, () => tableOf({ '': 'ROOT' }, kind, order));
  testEchoes(way, empty.send, [
    { title: 'A2.45 the empty key is the fallback, with no base path', target: '/', answer: 'ROOT||/|' },
    { title: 'A2.45 the empty key is the fallback, with no base path', target: '/x', answer: 'ROOT||/x|' },
  ]);
});
