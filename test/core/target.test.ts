import { describe, expect, it } from 'vitest';
import {
  isClean,
  parseTarget,
  pathBelow,
  searchOf,
  type Target,
  targetBelow,
} from '../../packages/core/dist/target.js';

function workedOut(wire: string): Target {
  const target = parseTarget(wire);
  expect(target).toBeTypeOf('object');
  return target as Target;
}

describe('isClean', () => {
  it.each([
    '/',
    '/foo',
    '/foo/',
    '/foo/bar.json',
    '/.well-known/x',
    '/a..b/c.',
    '/...',
    "/-._~!$&'()*+,=:@",
    '/foo?x=//&y=../%2F#',
  ])('says yes to %s', (target) => {
    expect(isClean(target)).toBe(true);
    expect(parseTarget(target)).toBe(target);
  });

  it.each([
    '',
    '*',
    'foo',
    '//',
    '//foo',
    '/foo//bar',
    '/foo//',
    '/.',
    '/..',
    '/./x',
    '/../x',
    '/x/.',
    '/x/..',
    '/x/../y',
    '/x/..?q',
    '/x/.?q',
    '/x//?q',
    '/%61',
    '/a;b',
    '/a\\b',
    '/a#b',
    '/a b',
    '/a\tb',
    '/caf\u00e9',
    '/a"b',
    '/a|b',
    '/a\u0000b',
  ])('says no to %j', (target) => {
    expect(isClean(target)).toBe(false);
  });

  it('agrees with a regular expression on every short path of the characters that matter', () => {
    const characters = ['/', '.', 'a', '%', '\\', ';', '?'];
    const dirty = /\/\/|\/\.{1,2}(?:\/|$)|[%\\;]/;
    const texts = [''];
    for (const text of texts) {
      if (text.length < 5) texts.push(...characters.map((character) => text + character));
      const path = text.replace(/\?.*/, '');
      expect([text, isClean(`/${text}`)]).toEqual([text, !dirty.test(`/${path}`)]);
    }
  });
});

describe('parseTarget', () => {
  it.each([
    '*',
    'foo',
    '?x=1',
    'ftp://h/',
    'http://user@h/',
    'http://u:p@h/',
    'http:///x',
    'http:/x',
    'h:80',
    '',
  ])('has no reading of %j', (wire) => {
    expect(parseTarget(wire)).toBeUndefined();
  });

  it.each([
    ['http://example.org/x?y', 'example.org', '/x', '?y'],
    ['HTTP://example.org:80', 'example.org:80', '/', ''],
    ['https://example.org?y', 'example.org', '/', '?y'],
    ['http://[::1]:3000/x#f', '[::1]:3000', '/x', '#f'],
  ])('takes %s apart', (wire, authority, path, tail) => {
    expect(workedOut(wire)).toMatchObject({ wire, authority, path, tail, isRewritten: true });
  });

  it('decodes unreserved characters and leaves the wire as it was', () => {
    expect(workedOut('/%66oo/%2F%7e?%66')).toMatchObject({
      wire: '/%66oo/%2F%7e?%66',
      path: '/foo/%2F~',
      tail: '?%66',
    });
  });

  it.each([
    ['/a/../b', ['/a/../b', '/b']],
    ['/a%2fb', ['/a%2Fb', '/a/b']],
    ['/a//b', ['/a//b', '/a/b']],
    ['/a\\..\\b', ['/a\\..\\b', '/a/../b', '/b']],
    ['/a%5C..%2fb', ['/b', '/a/../b', '/a\\../b', '/a%5C..%2Fb']],
    ['/%2e%2e%2Fb', ['/..%2Fb', '/../b', '/b']],
    ['/x#/../foo', ['/x']],
  ])('finds the readings of %s', (wire, readings) => {
    expect(workedOut(wire).readings).toEqual(expect.arrayContaining(readings));
  });

  it('ends for the longest target that Node lets pass, however unclean', () => {
    for (const part of ['/..%2f', '%5c..', '//.', ';%2e', '/%2e%2e/a', '%25']) {
      const { readings } = workedOut(`/${part.repeat(16_000 / part.length)}`);
      expect(readings.length).toBeLessThan(40);
    }
  });
});

describe('below a base path', () => {
  it.each([
    ['/foo', '/foo', '', '/'],
    ['/foo/', '/foo', '/', '/'],
    ['/foo/x?q', '/foo', '/x', '/x?q'],
    ['/foo?q', '/foo', '', '/?q'],
    ['/x?q', '', '/x', '/x?q'],
    ['/foo//x', '/foo', '/x', '/x'],
    ['/foo/\\/x#f', '/foo', '/x', '/x#f'],
    ['//x', '', '//x', '//x'],
  ])('%s below %j is path %j and target %j', (wire, basePath, path, target) => {
    const parsed = parseTarget(wire) ?? '';
    expect(pathBelow(parsed, basePath)).toBe(path);
    expect(targetBelow(parsed, basePath)).toBe(target);
  });

  it.each([
    ['/foo', ''],
    ['/foo?', '?'],
    ['/foo?a#f', '?a'],
    ['/foo#f?a', ''],
    ['/%66?a?b', '?a?b'],
  ])('the search of %s is %j', (wire, search) => {
    expect(searchOf(parseTarget(wire) ?? '')).toBe(search);
  });
});
