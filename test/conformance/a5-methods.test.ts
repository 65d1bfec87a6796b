import { createDispatcher } from 'viaduct';
import { describe, expect, it, vi } from 'vitest';
import { everyKindOnSockets } from './every-way.js';
import { native, web } from './kinds.js';
import { toBytes } from './message.js';
import { openServer } from './opened-server.js';
import { T1, tableOf } from './tables.js';
import { valuesOf, type WireResponse } from './wire-response.js';

describe('forms that belong to the server', () => {
  async function exchange(line: string): Promise<WireResponse> {
    const { connect } = await openServer(tableOf(T1, native, 'declared'));
    const connection = await connect();
    await connection.write(`${line}\r\nHost: viaduct.test\r\n\r\n`);
    return connection.read();
  }

  it('A5.71 OPTIONS * is answered by the server, with what it allows', async () => {
    const response = await exchange('OPTIONS * HTTP/1.1');
    expect(response.status).toBe(204);
    expect(valuesOf(response, 'allow')).toEqual(['GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS']);
  });

  it('A5.71 OPTIONS of a path is answered by its application', async () => {
    expect((await exchange('OPTIONS /foo/x HTTP/1.1')).body.toString()).toBe('foo|/foo|/x|');
  });

  it('A5.71 GET * is refused', async () => {
    expect((await exchange('GET * HTTP/1.1')).status).toBe(400);
  });

  it('A5.72 CONNECT is refused, and the connection closed', async () => {
    const { connect } = await openServer(tableOf(T1, native, 'declared'));
    const connection = await connect();
    await connection.write('CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n');
    expect((await connection.read()).status).toBe(501);
    await connection.closed;
  });

  it('A5.73 TRACE is refused with 405 and what is allowed', async () => {
    const response = await exchange('TRACE /foo HTTP/1.1');
    expect(response.status).toBe(405);
    expect(valuesOf(response, 'allow')).toHaveLength(1);
  });

  it('A5.76 a method in small letters is refused', async () => {
    expect((await exchange('get /foo HTTP/1.1')).status).toBe(400);
  });

  it.each(['ftp://viaduct.test/foo', 'http://u:p@viaduct.test/foo', 'foo'])(
    'A5.71 a target of no known form is refused: %s',
    async (target) => {
      expect((await exchange(`GET ${target} HTTP/1.1`)).status).toBe(400);
    },
  );
});

everyKindOnSockets(({ kind }) => {
  it('A5.74 HEAD reaches the application as HEAD, and has the headers of GET and no body', async () => {
    const methods: string[] = [];
    const onFinished = vi.fn<() => void>();
    const application = kind.create(
      ({ method, context }) => {
        methods.push(method);
        context.onFinished(onFinished);
        return {
          headers: { 'content-type': 'text/plain', 'x-a': '1', 'content-length': '5' },
          body: 'hello',
        };
      },
      ['B6'],
    );
    const { connect } = await openServer(createDispatcher({ '/foo': application }));
    const connection = await connect();
    await connection.write(toBytes({ method: 'HEAD', target: '/foo' }));
    const head = await connection.read('HEAD');
    await connection.write(toBytes({ target: '/foo' }));
    const get = await connection.read();
    expect(methods).toEqual(['HEAD', 'GET']);
    const withoutDate = ({ headers }: WireResponse): unknown => headers.filter(([name]) => name !== 'Date');
    expect(withoutDate(head)).toEqual(withoutDate(get));
    expect(get.body.toString()).toBe('hello');
    expect(connection.unread).toBe('');
    await vi.waitFor(() => expect(onFinished).toHaveBeenCalledTimes(2));
  });

  it.each(['PATCH', 'QUERY', 'DELETE'])('A5.76 %s keeps its name and its body', async (method) => {
    const application = kind.create(async (call) => ({
      body: `${call.method} ${String(await call.readBody())}`,
    }));
    const { connect } = await openServer(createDispatcher({ '/foo': application }));
    const connection = await connect();
    await connection.write(
      toBytes({ method, target: '/foo', headers: [['Content-Type', 'text/plain']], body: 'content' }),
    );
    expect((await connection.read()).body.toString()).toBe(`${method} content`);
  });
});

describe('a fetch handler', () => {
  it('A5.74 that answers HEAD with a stream has it cancelled', async () => {
    const cancel = vi.fn<() => void>();
    const application = createDispatcher({
      '/stream': () => new Response(new ReadableStream({ cancel })),
    });
    const { connect, reports } = await openServer(application);
    const connection = await connect();
    await connection.write(toBytes({ method: 'HEAD', target: '/stream' }));
    expect((await connection.read('HEAD')).status).toBe(200);
    await vi.waitFor(() => expect(cancel).toHaveBeenCalledTimes(1));
    expect(reports).toEqual([]);
  });

  it('A5.75 that answers HEAD with a body sends none of it', async () => {
    const { connect } = await openServer(web.create(() => ({ body: 'hello' }), ['B6']));
    const connection = await connect();
    await connection.write(toBytes({ method: 'HEAD', target: '/' }));
    const response = await connection.read('HEAD');
    expect([response.status, connection.unread]).toEqual([200, '']);
  });
});
