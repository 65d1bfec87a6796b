import { describe, expect, it, onTestFinished } from 'vitest';
import { createDispatcher, type DispatcherOptions, serve } from 'viaduct';
import { Connection } from './connection.js';
import { everyKind, everyWay, openForAll } from './every-way.js';
import { testEchoes } from './echo-case.js';
import { native } from './kinds.js';
import { T4, tableOf } from './tables.js';

everyWay((way) => {
  const { face, kind, order } = way;

  describe('T4', () => {
    const { send } = openForAll(face, () => tableOf(T4, kind, order));
    testEchoes(way, send, [
      { title: 'A4.60 host and path', host: 'foo.org', target: '/bar/x', answer: 'FB|/bar|/x|' },
      { title: 'A4.60 host alone', host: 'foo.org', target: '/', answer: 'F||/|' },
      { title: 'A4.64 a wildcard stands for one label', host: 'a.foo.org', target: '/', answer: 'S||/|' },
      { title: 'A4.64 a wildcard does not stand for two', host: 'a.b.foo.org', target: '/', answer: 'D||/|' },
      { title: 'A4.64 a name comes before a wildcard', host: 'x.foo.org', target: '/', answer: 'X||/|' },
      { title: 'A4.62 any port', host: 'foo.org:8080', target: '/', answer: 'F||/|' },
      { title: 'A4.62 a port of its own', host: 'foo.org:8443', target: '/', answer: 'F8||/|' },
      {
        title: 'A4.62 a port of its own, and a path of the host',
        host: 'foo.org:8443',
        target: '/bar',
        answer: 'F8||/bar|',
      },
      { title: 'A4.64 a wildcard, any port', host: 'a.foo.org:8080', target: '/', answer: 'S||/|' },
      {
        title: 'A4.62, A4.64 a wildcard with a port of its own',
        host: 'a.foo.org:8443',
        target: '/',
        answer: 'S8||/|',
      },
      {
        title: 'A4.64 a name comes before a wildcard with a port',
        host: 'x.foo.org:8443',
        target: '/',
        answer: 'X||/|',
      },
      { title: 'A4.65 another host', host: 'other.org', target: '/', answer: 'D||/|' },
      { title: 'A4.65 a name that ends like the host', host: 'notfoo.org', target: '/', answer: 'D||/|' },
    ]);

    it.each(['FOO.org', 'Foo.Org:80', 'foo.org:80', 'foo.org.', 'foo.org:'])(
      'A4.61 to A4.63 %s is foo.org',
      async (host) => {
        expect((await send({ host, target: '/' })).text).toBe('F||/|');
      },
    );

    it('A4.69 X-Forwarded-Host of a client is ignored', async () => {
      const headers: [string, string][] = [['X-Forwarded-Host', 'foo.org']];
      const { text, values } = await send({ host: 'other.org', target: '/', headers });
      expect(text).toBe('D||/|');
      expect(values('x-context-url')).toEqual(['http://other.org/']);
    });
  });

  describe('an address as host', () => {
    const { send } = openForAll(face, () => tableOf({ '/': 'D', '[::1]/': 'six' }, kind, order));
    testEchoes(way, send, [
      { title: 'A4.66 IPv6 with a port', host: '[::1]:3000', target: '/', answer: 'six||/|' },
      { title: 'A4.66 IPv6 without', host: '[::1]', target: '/', answer: 'six||/|' },
      { title: 'A4.66 another address', host: '[::2]:3000', target: '/', answer: 'D||/|' },
    ]);
  });

  describe.each<[title: string, options: DispatcherOptions, answer: string | number]>([
    ['falls back to mounts without a host', {}, 'D||/nope|'],
    ['answers 404 with isolateHosts', { isolateHosts: true }, 404],
  ])('a host that does not own the path', (title, options, answer) => {
    const names = { '/': 'D', 'foo.org/bar': 'FB' };
    const { send } = openForAll(face, () => tableOf(names, kind, order, options));

    it.each(['foo.org', 'FOO.ORG'])(`A4.67 ${title}: %s`, async (host) => {
      const { status, text } = await send({ host, target: '/nope' });
      expect(typeof answer === 'number' ? status : text).toBe(answer);
    });

    it('A4.67 another host has the mounts without one', async () => {
      expect((await send({ host: 'other.org', target: '/nope' })).text).toBe('D||/nope|');
    });
  });
});

everyKind(({ kind, face }) => {
  describe('a guard of a wildcard with a port', () => {
    const guards = { '*.foo.org:8443/bar': () => new Response('guard', { status: 401 }) };
    const { send } = openForAll(face, () => tableOf({ '/': 'D' }, kind, 'declared', { guards }));

    it('A4.62, A4.64 runs for that port, and for no other', async () => {
      expect((await send({ host: 'a.foo.org:8443', target: '/bar/x' })).text).toBe('guard');
      expect((await send({ host: 'a.foo.org:8080', target: '/bar/x' })).text).toBe('D||/bar/x|');
    });
  });

  const { send } = openForAll(face, () => createDispatcher({ '/outer': tableOf(T4, kind, 'declared') }));

  it('A4.60 hosts count in a nested dispatcher too', async () => {
    expect((await send({ host: 'foo.org', target: '/outer/bar/x' })).text).toBe('FB|/outer/bar|/x|');
    expect((await send({ host: 'other.org', target: '/outer/bar/x' })).text).toBe('D|/outer|/bar/x|');
  });
});

describe('on the wire', () => {
  async function exchange(bytes: string): Promise<string> {
    const server = await serve(tableOf(T4, native, 'declared'), { port: 0, host: '127.0.0.1' });
    onTestFinished(() => server.close());
    const connection = await Connection.open(server.port);
    await connection.write(bytes);
    const { status, body } = await connection.read();
    connection.reset();
    return `${status} ${body.toString()}`;
  }

  it('A4.65 HTTP/1.0 without Host gets the mounts without a host', async () => {
    expect(await exchange('GET / HTTP/1.0\r\n\r\n')).toBe('200 D||/|');
  });

  it('A4.65 HTTP/1.1 without Host is refused', async () => {
    expect(await exchange('GET / HTTP/1.1\r\n\r\n')).toMatch(/^400 /);
  });

  it.each(['GET http://foo.org/bar/x HTTP/1.1', 'GET HTTP://FOO.org:80/bar/x HTTP/1.1'])(
    'A4.68 the authority of an absolute target wins over Host: %s',
    async (line) => {
      expect(await exchange(`${line}\r\nHost: other.org\r\n\r\n`)).toBe('200 FB|/bar|/x|');
    },
  );

  it('A4.68 an absolute target without a path is the root', async () => {
    expect(await exchange('GET http://foo.org HTTP/1.1\r\nHost: foo.org\r\n\r\n')).toBe('200 F||/|');
    expect(await exchange('GET http://foo.org?a HTTP/1.1\r\nHost: foo.org\r\n\r\n')).toBe('200 F||/|?a');
  });

  it.each([
    'Host: foo.org\r\nHost: other.org',
    'Host: foo.org\r\nhOsT: foo.org',
    'Host: a b/c',
    'Host: a@foo.org',
    'Host: foo.org/bar?',
    'Host: foo.org#',
    'Host: foo.org:99999',
    'Host: foo.org, other.org',
    'Host:',
  ])('A4.70 %j is refused', async (head) => {
    expect(await exchange(`GET / HTTP/1.1\r\n${head}\r\n\r\n`)).toBe('400 Bad Request');
  });
});
