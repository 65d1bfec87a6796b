import { describe, expect, it } from 'vitest';
import { everyWay, openForAll } from './every-way.js';
import { testEchoes } from './echo-case.js';
import { T1, tableOf } from './tables.js';

// DESIGN.md, "Unanimity": a target whose readings all reach one mount passes byte for byte; else it is refused.
everyWay((way) => {
  const { face, kind, order } = way;

  describe('T1', () => {
    const door = openForAll(face, () => tableOf(T1, kind, order));
    testEchoes(way, door.send, [
      { title: 'A2.22 two slashes before a mount path are refused', target: '//foo', answer: 400 },
      { title: 'A2.24 two slashes between mount paths are refused', target: '/foo//bar', answer: 400 },
      {
        title: 'A2.24 a mounted app never sees two slashes first',
        target: '/foo//x',
        answer: 'foo|/foo|/x|',
      },
      {
        title: 'A2.24 nor three, nor a host behind them',
        target: '/foo///evil.example/x',
        answer: 'foo|/foo|/evil.example/x|',
      },
      {
        title: 'A2.24 nor a backslash, which browsers take for one',
        target: '/foo/\\evil.example',
        answer: 'foo|/foo|/evil.example|',
      },
      { title: 'A2.24 slashes further on stay', target: '/foo/x//y', answer: 'foo|/foo|/x//y|' },
      { title: 'A2.25 slashes at the end collapse', target: '/foo/bar//', answer: 'foobar|/foo/bar|/|' },
      {
        title: 'A2.26 a URL in the path is a path',
        target: '/http://example.org/bar',
        answer: 'ROOT||/http://example.org/bar|',
      },
      { title: 'A2.27 dots that leave the mount are refused', target: '/foo/../bar', answer: 400 },
      { title: 'A2.27 dots that stay in the mount pass', target: '/foo/a/../b', answer: 'foo|/foo|/a/../b|' },
      {
        title: 'A2.27 dots that lead from one mount to another are refused',
        target: '/foo/x/../bar',
        answer: 400,
      },
      { title: 'A2.28 encoded dots are dots', target: '/foo/%2e%2e/bar', answer: 400 },
      { title: 'A2.28 encoded dots are dots', target: '/foo/.%2E/bar', answer: 400 },
      { title: 'A2.28 encoded dots are dots', target: '/foo/%2E%2E%2Fbar', answer: 400 },
      { title: 'A2.29 a single dot passes', target: '/foo/./x', answer: 'foo|/foo|/./x|' },
      { title: 'A2.30 dots never climb above the root', target: '/../foo', answer: 400 },
      { title: 'A2.31 a backslash may be a slash', target: '/foo\\..\\bar', answer: 400 },
      { title: 'A2.31 a backslash within the mount passes', target: '/foo/a\\b', answer: 'foo|/foo|/a\\b|' },
      {
        title: 'A2.32 a fragment is not part of the path',
        target: '/foo#f',
        answer: 'foo|/foo||',
        url: '/#f',
      },
      {
        title: 'A2.32 a fragment is not part of the path',
        target: '/x#/../foo',
        answer: 'ROOT||/x|',
        url: '/x#/../foo',
      },
      {
        title: 'A2.32 a fragment may contain a question mark',
        target: '/foo/x#a?b',
        answer: 'foo|/foo|/x|',
        url: '/x#a?b',
      },
      { title: 'A2.33 encoded letters are letters', target: '/%66oo/x', answer: 'foo|/foo|/x|' },
      {
        title: 'A2.33 encoded letters are letters',
        target: '/f%6F%6f/%62ar/%7e',
        answer: 'foobar|/foo/bar|/~|',
      },
      { title: 'A2.34 an encoded slash between mounts is refused', target: '/foo%2Fbar', answer: 400 },
      { title: 'A2.34 an encoded slash between mounts is refused', target: '/foo%2fx', answer: 400 },
      {
        title: 'A2.35 an encoded slash within the mount passes',
        target: '/foo/a%2Fb',
        answer: 'foo|/foo|/a%2Fb|',
      },
      {
        title: 'A2.35 its hex digits keep their case',
        target: '/foo/@scope%2fpkg',
        answer: 'foo|/foo|/@scope%2fpkg|',
      },
      { title: 'A2.36 nothing is decoded twice', target: '/foo/a%252Fb', answer: 'foo|/foo|/a%252Fb|' },
      { title: 'A2.36 nothing is decoded twice', target: '/%2566oo', answer: 'ROOT||/%2566oo|' },
      { title: 'A2.38 a bad triplet passes', target: '/foo/%zz', answer: 'foo|/foo|/%zz|' },
      { title: 'A2.38 a bad triplet passes', target: '/foo/%', answer: 'foo|/foo|/%|' },
      {
        title: 'A2.39 an encoded NUL passes and cuts nothing',
        target: '/foo/%00x',
        answer: 'foo|/foo|/%00x|',
      },
      { title: 'A2.40 invalid UTF-8 passes', target: '/foo/%E4', answer: 'foo|/foo|/%E4|' },
      { title: 'A2.40 invalid UTF-8 passes', target: '/foo/%ed%a0%80', answer: 'foo|/foo|/%ed%a0%80|' },
      {
        title: 'A2.41 a plus and an encoded space pass',
        target: '/foo/a+b%20c',
        answer: 'foo|/foo|/a+b%20c|',
      },
    ]);

    it('A2 nothing of these was reported as an error', () => {
      expect(door.errors).toEqual([]);
    });
  });

  describe('a table with a fallback alone', () => {
    const { send } = openForAll(face, () => tableOf({ '/': 'ROOT' }, kind, order));
    testEchoes(way, send, [
      { title: 'A2.22 two slashes at the start are no host', target: '//foo', answer: 'ROOT||//foo|' },
      { title: 'A2.22 two slashes alone are no host', target: '//', answer: 'ROOT||//|' },
      {
        title: 'A2.23 three slashes are no host',
        target: '///evil.example/x',
        answer: 'ROOT||///evil.example/x|',
      },
      { title: 'A2.34 an encoded slash passes', target: '/foo%2Fbar', answer: 'ROOT||/foo%2Fbar|' },
      { title: 'A2.30 dots pass', target: '/../foo', answer: 'ROOT||/../foo|' },
    ]);
  });

  describe('a mount path of other letters', () => {
    const decoded = openForAll(face, () => tableOf({ '/': 'ROOT', '/café': 'café' }, kind, order));
    testEchoes(way, decoded.send, [
      { title: 'A2.37 a key is given decoded', target: '/caf%C3%A9/x', answer: 'café|/caf%C3%A9|/x|' },
      { title: 'A2.37 hex digits of any case match', target: '/caf%c3%a9/x', answer: 'café|/caf%C3%A9|/x|' },
      { title: 'A2.37 other bytes do not', target: '/caf%E9/x', answer: 'ROOT||/caf%E9/x|' },
    ]);
    const encoded = openForAll(face, () => tableOf({ '/': 'ROOT', '/caf%C3%A9': 'café' }, kind, order));
    testEchoes(way, encoded.send, [
      { title: 'A2.37 a key is given encoded', target: '/caf%C3%A9/x', answer: 'café|/caf%C3%A9|/x|' },
    ]);
  });
});
