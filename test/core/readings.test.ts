import { describe, expect, it } from 'vitest';
import { decodeAll, decodeUnreserved, readings, wideReadings } from '../../packages/core/dist/readings.js';

describe('readings', () => {
  it('begin with the path itself, its triplets in capitals', () => {
    expect(readings('/a%2fb/%c3%a9')[0]).toBe('/a%2Fb/%C3%A9');
  });

  it('are every combination of decoding, merging and resolving', () => {
    expect(new Set(readings('/a%2f/../b'))).toEqual(
      new Set(['/a%2F/../b', '/a//../b', '/a/../b', '/a/b', '/b']),
    );
  });

  it('never climb above the root', () => {
    expect(readings('/../../a')).toContain('/a');
    expect(readings('/..').every((reading) => reading.startsWith('/'))).toBe(true);
  });

  it('keep a slash at the end where dots resolve to a directory', () => {
    expect(readings('/a/b/..')).toContain('/a/');
    expect(readings('/a/.')).toContain('/a/');
  });

  it('do not drop parameters and do not fold case', () => {
    expect(readings('/A;x/b')).toEqual(['/A;x/b']);
  });
});

describe('wideReadings', () => {
  it.each([
    ['/ADMIN', '/admin'],
    ['/admin;x=1/secret', '/admin/secret'],
    ['/admin;x=1/secret', '/admin'],
    ['/public/..;/admin', '/admin'],
    ['/%41dmin', '/admin'],
    ['/x%2F..%5Cadmin', '/admin'],
    ['/caf%C3%A9', '/café'],
    ['/admin#x', '/admin'],
    ['/.//x/admin', '/admin'],
    ['/y/..//x/admin', '/admin'],
    ['//x/admin%3By', '/admin'],
    ['/mount/.//x/admin', '/mount/admin'],
    ['/mount/%2Fx/admin', '/mount/admin'],
    ['/mount/.//x//y/admin', '/mount/admin'],
    ['/outer//inner/.//x/admin//b/c', '/outer/inner/admin/b/c'],
    ['//x/admin%23y', '/admin'],
  ])('of %s include %s', (path, reading) => {
    expect(wideReadings(path)).toContain(reading);
  });
});

describe('decodeAll', () => {
  it('leaves bytes that are no UTF-8 as they are', () => {
    expect(decodeAll('/%C3%A9/%E4/%zz/%2F')).toBe('/é/%E4/%zz//');
  });
});

describe('decodeUnreserved', () => {
  it.each([
    ['/%41%7a%30%2D%2e%5F%7E', '/Az0-._~'],
    ['/%2F%2f%25%20%3f%23%00', '/%2F%2f%25%20%3f%23%00'],
    ['/%2541', '/%2541'],
    ['/%', '/%'],
    ['/%4', '/%4'],
    ['/%zz%C3%A9', '/%zz%C3%A9'],
  ])('%s → %s', (path, decoded) => {
    expect(decodeUnreserved(path)).toBe(decoded);
  });
});
