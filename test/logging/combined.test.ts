import { fromKoa } from '@viaduct/koa';
import { type Application, createDispatcher, fromNode, withHooks } from 'viaduct';
import { describe, expect, test } from 'vitest';
import { Connection } from '../conformance/connection.js';
import { serveLogged } from './written.js';

function shop(user?: unknown): Application {
  const app = fromKoa((ctx) => {
    ctx.body = 'hello';
  });
  return withHooks(app, {
    onRequest(_, context) {
      context.state['user'] = user;
      context.state['requestId'] = 'r-1';
    },
  });
}

/** Apache's combined format, strictly: what readers of it split a line with. */
const COMBINED =
  /^(\S+) (\S+) (\S+) \[(\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000)\] "([^"]*)" (\d{3}) (\d+|-) "([^"]*)" "([^"]*)"(.*)$/;

describe('The combined format', () => {
  test('is that of Apache and nginx, with mounts, seconds, request id and outcome behind it', async () => {
    const { server, written } = await serveLogged(createDispatcher({ '/shop': shop('ada') }), {
      format: 'combined',
    });
    const before = Math.floor(Date.now() / 1_000) * 1_000;
    await fetch(`${server.url}/shop/cart?x=1`, {
      headers: { referer: 'https://example.com/', 'user-agent': 'test/1.0' },
    });
    const [line = ''] = await written.atLeast(1);
    const [, client, ident, user, date = '', request, status, bytes, referer, agent, rest] =
      COMBINED.exec(line) ?? [];
    expect([client, ident, user]).toEqual(['127.0.0.1', '-', 'ada']);
    expect(Date.parse(date.replaceAll('/', ' ').replace(':', ' '))).toBeGreaterThanOrEqual(before);
    expect([request, status, bytes]).toEqual(['GET /shop/cart?x=1 HTTP/1.1', '200', '5']);
    expect([referer, agent]).toEqual(['https://example.com/', 'test/1.0']);
    expect(rest).toMatch(/^ "\/shop" \d+\.\d{3} "r-1" completed$/);
  });

  test('P30: what a client or a user name holds cannot end a field or a line', async () => {
    const evil = 'a b"\n\u001b[2J é\\';
    const { server, written } = await serveLogged(shop(evil), { format: 'combined' });
    const connection = await Connection.open(server.port);
    await connection.write(
      'GET /"%0a\\ HTTP/1.1\r\nHost: x\r\nReferer: " 200 5 "\\\r\nUser-Agent: \xe9\t\x9b31m"\r\n\r\n',
    );
    await connection.read();
    connection.reset();
    const [line = ''] = await written.atLeast(1);
    expect(written.text).toMatch(/^[\x20-\x7e]+\n$/);
    const [, , , user, , request, , , referer, agent] = COMBINED.exec(line) ?? [];
    expect(user).toBe('a\\x20b\\x22\\x0A\\x1B[2J\\x20\\xC3\\xA9\\x5C');
    expect(request).toBe('GET /\\x22%0a\\x5C HTTP/1.1');
    expect(referer).toBe('\\x22 200 5 \\x22\\x5C');
    expect(agent).toBe('\\xC3\\xA9\\x09\\xC2\\x9B31m\\x22');
  });

  test('a client that left before the answer is 499, as in nginx', async () => {
    let isAsked: (() => void) | undefined;
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    const silent = fromNode(() => isAsked?.());
    const { server, written } = await serveLogged(silent, { format: 'combined' });
    const connection = await Connection.open(server.port);
    await connection.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await asked;
    connection.reset();
    const [line] = await written.atLeast(1);
    expect(line).toMatch(/"GET \/ HTTP\/1\.1" 499 0 "-" "-" "-" \d+\.\d{3} "-" aborted$/);
  });
});
