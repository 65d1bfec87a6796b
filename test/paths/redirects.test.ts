import { fromKoa } from '@viaduct/koa';
import Koa from 'koa';
import { createDispatcher, lint, type Violation } from 'viaduct';
import { describe, expect, it } from 'vitest';
import { openServer } from '../conformance/opened-server.js';

describe('P38 what a mounted app writes into Location', () => {
  it.each(['/x', 'x', '..', '//evil.test/x', 'https://other.test/x'])(
    'leaves as it is: %s',
    async (location) => {
      const app = new Koa().use((ctx) => {
        ctx.status = 302;
        ctx.set('Location', location);
      });
      const { connect } = await openServer(createDispatcher({ '/foo': fromKoa(app) }));
      const connection = await connect();
      await connection.write('GET /foo/y HTTP/1.1\r\nHost: h.test\r\n\r\n');
      const { headers } = await connection.read();
      expect(headers.filter(([name]) => name.toLowerCase() === 'location')).toEqual([['Location', location]]);
    },
  );

  it.each([
    '/foo//evil.test',
    '/foo/\\evil.test',
    '/foo/\\/evil.test/x',
    '/foo///evil.test',
    '//foo//evil.test',
  ])('never begins with two slashes where it is made of the path: %s', async (target) => {
    const app = new Koa().use((ctx) => ctx.redirect(`${ctx.path}/`));
    const { connect } = await openServer(createDispatcher({ '/foo': fromKoa(app) }));
    const connection = await connect();
    await connection.write(`GET ${target} HTTP/1.1\r\nHost: h.test\r\n\r\n`);
    const { headers } = await connection.read();
    const [, location = ''] = headers.find(([name]) => name.toLowerCase() === 'location') ?? [];
    expect(location).not.toMatch(/^[/\\]{2}/);
  });

  it.each(['/foo//evil.test', '/foo/.//evil.test', '/foo/x/..//evil.test', '/foo/%2e/\\evil.test'])(
    'nor where it is made of the URL, which has its dots resolved: %s',
    async (target) => {
      const violations: Violation[] = [];
      const app = lint(
        ({ url }) => new Response(null, { status: 301, headers: { location: `${new URL(url).pathname}/` } }),
        { onViolation: (violation) => violations.push(violation) },
      );
      const { connect } = await openServer(createDispatcher({ '/foo': app }));
      const connection = await connect();
      await connection.write(`GET ${target} HTTP/1.1\r\nHost: h.test\r\n\r\n`);
      const { headers } = await connection.read();
      expect(headers.filter(([name]) => name === 'location')).toEqual([['location', '/evil.test/']]);
      expect(violations).toEqual([]);
    },
  );
});
