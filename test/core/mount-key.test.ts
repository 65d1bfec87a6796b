import { describe, expect, it } from 'vitest';
import { parseMountKey } from '../../packages/core/dist/mount-key.js';

describe('parseMountKey', () => {
  it.each([
    ['', '', ''],
    ['/', '', ''],
    ['/foo', '', '/foo'],
    ['/foo/', '', '/foo'],
    ['/%66oo/b%61r', '', '/foo/bar'],
    ['/café', '', '/caf%C3%A9'],
    ['/caf%c3%a9', '', '/caf%C3%A9'],
    ['/a b', '', '/a%20b'],
    ['/a%20b', '', '/a%20b'],
    ['/𝒳', '', '/%F0%9D%92%B3'],
    ['/.well-known', '', '/.well-known'],
    ['/a%25', '', '/a%25'],
    ['foo.org/', 'foo.org', ''],
    ['FOO.org./bar/', 'foo.org', '/bar'],
    ['foo.org:8443/', 'foo.org:8443', ''],
    ['*.foo.org/bar', '*.foo.org', '/bar'],
    ['[::1]:3000/', '[::1]:3000', ''],
  ])('%j → host %j, path %j', (written, host, path) => {
    expect(parseMountKey(written, 'place')).toEqual({ written, host, path });
  });

  it.each([
    ['foo', '"/foo" or "foo/"'],
    ['foo.org', '"/foo.org" or "foo.org/"'],
    ['/foo?x', 'query'],
    ['/foo#x', 'fragment'],
    ['/a//b', 'empty segment'],
    ['//', 'empty segment'],
    ['/a\\b', 'backslash'],
    ['/a/../b', '".." segment'],
    ['/a/%2e%2e/b', '".." segment'],
    ['/.', '"." or ".." segment'],
    ['/a;b', '";"'],
    ['/a/*', 'literal'],
    ['/:id', 'literal'],
    ['/a%2Fb', 'encoded slash'],
    ['/a%5cb', 'backslash'],
    ['/a%00', 'control character'],
    ['/a\n', 'control character'],
    ['/a%zz', '"%25"'],
    ['/a%', '"%25"'],
    ['/\ud800', 'surrogate'],
    ['a b/x', '"a b" is not a host'],
    ['foo@bar/x', '"foo@bar" is not a host'],
    ['http://foo.org/', 'empty segment'],
    ['foo.org:99999/', '"foo.org:99999" is not a host'],
    ['*foo.org/', '"*foo.org" is not a host'],
  ])('refuses %j, saying what is wrong: %s', (written, words) => {
    const parse = (): unknown => parseMountKey(written, 'place');
    expect(parse).toThrow(expect.objectContaining({ code: 'VIADUCT_E_MOUNT_KEY' }));
    expect(parse).toThrow(TypeError);
    expect(parse).toThrow(words);
    expect(parse).toThrow(`place "${written}"`);
  });
});
