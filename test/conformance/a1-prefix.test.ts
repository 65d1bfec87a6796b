import { createDispatcher } from 'viaduct';
import { describe, expect, it } from 'vitest';
import { everyWay, openForAll } from './every-way.js';
import { testEchoes } from './echo-case.js';
import { T1, T2, tableOf } from './tables.js';

// A1.21 is part of each of these cases: see echo-case.ts.
everyWay((way) => {
  const { face, kind, order } = way;

  describe('T1', () => {
    const { send } = openForAll(face, () => tableOf(T1, kind, order));
    testEchoes(way, send, [
      { title: 'A1.1 the root belongs to the fallback', target: '/', answer: 'ROOT||/|' },
      { title: 'A1.2 a mount path alone leaves an empty path', target: '/foo', answer: 'foo|/foo||' },
      { title: 'A1.3 a slash after the mount path is the path', target: '/foo/', answer: 'foo|/foo|/|' },
      { title: 'A1.4 what follows the mount path is the path', target: '/foo/x', answer: 'foo|/foo|/x|' },
      { title: 'A1.5 the longest mount path wins', target: '/foo/bar', answer: 'foobar|/foo/bar||' },
      { title: 'A1.6 the longest mount path wins', target: '/foo/bar/', answer: 'foobar|/foo/bar|/|' },
      {
        title: 'A1.7 a longer segment belongs to the shorter mount',
        target: '/foo/bard',
        answer: 'foo|/foo|/bard|',
      },
      {
        title: 'A1.8 a longer segment does not belong to the mount',
        target: '/foobar',
        answer: 'ROOT||/foobar|',
      },
      {
        title: 'A1.9 a longer first segment hides the next',
        target: '/foox/bar',
        answer: 'ROOT||/foox/bar|',
      },
      { title: 'A1.10 a dot is no boundary', target: '/foo.json', answer: 'ROOT||/foo.json|' },
      { title: 'A1.11 a mount path of two segments', target: '/api/v1', answer: 'v1|/api/v1||' },
      { title: 'A1.11 a mount path of two segments', target: '/api/v12', answer: 'ROOT||/api/v12|' },
      { title: 'A1.11 a mount path of two segments', target: '/api', answer: 'ROOT||/api|' },
      { title: 'A1.15 case matters', target: '/FOO', answer: 'ROOT||/FOO|' },
      {
        title: 'A1.16 the query takes no part in matching',
        target: '/foo?x=/foo/bar',
        answer: 'foo|/foo||?x=/foo/bar',
      },
      {
        title: 'A1.16 a query is no part of the segment',
        target: '/foo/bar?/x',
        answer: 'foobar|/foo/bar||?/x',
      },
      { title: 'A1.17 an empty query is kept', target: '/foo?', answer: 'foo|/foo||?' },
      {
        title: 'A1.18 a second question mark is part of the query',
        target: '/foo??a=1',
        answer: 'foo|/foo||??a=1',
      },
      { title: 'A1.19 a semicolon is no boundary', target: '/foo;p=1/x', answer: 'ROOT||/foo;p=1/x|' },
      {
        title: 'A1.20 the query arrives byte for byte',
        target: '/foo/?a=1&a=2&b=%41+%20',
        answer: 'foo|/foo|/|?a=1&a=2&b=%41+%20',
      },
    ]);
  });

  describe('other tables', () => {
    const deep = openForAll(face, () => tableOf({ '/test2/very': 'very' }, kind, order));
    testEchoes(way, deep.send, [
      {
        title: 'A1.12 a deep mount needs no parent',
        target: '/test2/very/long/path',
        answer: 'very|/test2/very|/long/path|',
      },
      { title: 'A1.12 a deep mount does not own its parent', target: '/test2', answer: 404 },
    ]);
    const similar = openForAll(face, () => tableOf({ '/': 'ROOT', '/f': 'f', '/foo': 'foo' }, kind, order));
    testEchoes(way, similar.send, [
      { title: 'A1.13 mounts that share letters', target: '/fffzzz', answer: 'ROOT||/fffzzz|' },
      { title: 'A1.13 mounts that share letters', target: '/f/z/y', answer: 'f|/f|/z/y|' },
      { title: 'A1.13 mounts that share letters', target: '/fo', answer: 'ROOT||/fo|' },
      { title: 'A1.13 mounts that share letters', target: '/foo/y', answer: 'foo|/foo|/y|' },
    ]);
  });

  describe('T2', () => {
    const { send } = openForAll(face, () => tableOf(T2, kind, order));

    it('A1.14 a path that nobody owns gets 404 in plain text that names no mount', async () => {
      const { status, text, values } = await send({ target: '/missing' });
      expect(status).toBe(404);
      expect(values('content-type')).toEqual(['text/plain; charset=utf-8']);
      expect(text).toBe('Not Found');
    });

    it('A1.14 a path that nobody owns is not reflected', async () => {
      const { status, text } = await send({ target: '/--%3E%0D%3Cscript%3E' });
      expect([status, text]).toEqual([404, 'Not Found']);
    });
  });

  describe('a guard', () => {
    const { send } = openForAll(face, () =>
      tableOf(T1, kind, order, { guards: { '/foo': () => new Response('guarded', { status: 401 }) } }),
    );

    it('A1.19 runs for /foo;p=1/x, though the mount does not own it', async () => {
      expect((await send({ target: '/foo;p=1/x' })).status).toBe(401);
      expect((await send({ target: '/foobar' })).status).toBe(200);
    });
  });
});

describe('createDispatcher', () => {
  it('A1.14 a table without mounts answers 404', async () => {
    const response = await createDispatcher({}).fetch(new Request('http://viaduct.test/'));
    expect([response.status, await response.text()]).toEqual([404, 'Not Found']);
  });
});
