import { createDispatcher, fromNode } from 'viaduct';
import { fromKoa } from '@viaduct/koa';
import Koa from 'koa';
import { describe, expect, it } from 'vitest';
import { everyKind, everyKindOnSockets, openForAll } from './every-way.js';
import { HOST, toBytes } from './message.js';
import { openServer } from './opened-server.js';
import { valuesOf } from './wire-response.js';

everyKind(({ kind, face }) => {
  const showing = openForAll(face, () =>
    createDispatcher({
      '/foo': kind.create(({ header, context }) => ({
        headers: { 'x-base': context.basePath },
        body: JSON.stringify([header('x-auth'), header('x_auth'), header('cookie'), header('x-a')]),
      })),
    }),
  );

  it('A5.83 a header that is repeated 101 times keeps all its values', async () => {
    const headers = Array.from({ length: 101 }, (_, index): [string, string] => ['x-a', String(index)]);
    const { text } = await showing.send({ target: '/foo', headers });
    expect(JSON.parse(text)[3]).toBe(headers.map(([, value]) => value).join(', '));
  });

  it('A5.84 a name with an underscore is another name', async () => {
    const headers: [string, string][] = [
      ['X_Auth', 'evil'],
      ['X-Auth', 'good'],
    ];
    expect(JSON.parse((await showing.send({ target: '/foo', headers })).text).slice(0, 2)).toEqual([
      'good',
      'evil',
    ]);
  });

  it('A5.85 headers of a client do not change the base path', async () => {
    const headers: [string, string][] = [
      ['SCRIPT_NAME', '/x'],
      ['Script-Name', '/x'],
      ['X-Forwarded-Prefix', '/x'],
    ];
    expect((await showing.send({ target: '/foo/y', headers })).values('x-base')).toEqual(['/foo']);
  });
});

everyKindOnSockets(({ kind, face }) => {
  const showing = openForAll(face, () =>
    createDispatcher({ '/foo': kind.create(({ header }) => ({ body: header('cookie') ?? '' })) }),
  );

  it('A5.86 a cookie that comes in two lines is one header', async () => {
    const headers: [string, string][] = [
      ['Cookie', 'a=1'],
      ['Cookie', 'b=2'],
    ];
    const { text } = await showing.send({ target: '/foo', headers });
    expect(text).toBe('a=1; b=2');
  });

  it('A5.87 a Latin-1 value makes the round trip', async () => {
    // A stream: Node itself sends the head as UTF-8 when it goes out together with a body that is a string.
    async function* body(): AsyncGenerator<Buffer, void, undefined> {
      yield Buffer.from('body');
    }
    const application = kind.create(({ header }) => ({
      headers: { 'x-answer': header('x-question') ?? '' },
      body: body(),
    }));
    const { connect } = await openServer(createDispatcher({ '/foo': application }));
    const connection = await connect();
    await connection.write(toBytes({ target: '/foo', headers: [['X-Question', 'caf\u00e9']] }));
    expect(valuesOf(await connection.read(), 'x-answer')).toEqual(['caf\u00e9']);
  });

  it('A5.87 a value that HTTP cannot carry is answered with 500, and the next request with 200', async () => {
    const application = kind.create(
      ({ url }) => ({ headers: url === '/bad' ? { 'x-price': '5 \u20ac' } : {}, body: 'fine' }),
      ['S4', 'S7'],
    );
    const { connect, reports } = await openServer(createDispatcher({ '/foo': application }));
    const connection = await connect();
    await connection.write(toBytes({ target: '/foo/bad' }));
    expect((await connection.read()).status).toBe(500);
    await connection.write(toBytes({ target: '/foo/good' }));
    expect((await connection.read()).body.toString()).toBe('fine');
    if (!kind.catchesErrors) expect(reports.map(({ error }) => error)).toEqual([expect.any(TypeError)]);
  });
});

describe.each([
  ['a native handler', () => fromNode((req, res) => res.end(JSON.stringify(req.rawHeaders)))],
  [
    'Koa',
    () => {
      const app = new Koa().use((ctx) => {
        ctx.body = ctx.req.rawHeaders;
      });
      return fromKoa(app);
    },
  ],
])('%s', (_name, create) => {
  it('A5.86 finds order, spelling and repetitions of the headers as the client sent them', async () => {
    const { connect } = await openServer(createDispatcher({ '/foo': create() }));
    const connection = await connect();
    const headers = ['X-B', '1', 'x-A', '2', 'Cookie', 'a=1', 'cOOkie', 'b=2', 'x-b', '3'];
    const lines = headers.map((part, index) => (index % 2 === 0 ? `${part}: ` : `${part}\r\n`)).join('');
    await connection.write(`GET /foo HTTP/1.1\r\nHost: ${HOST}\r\n${lines}\r\n`);
    expect(JSON.parse((await connection.read()).body.toString())).toEqual(['Host', HOST, ...headers]);
  });
});
