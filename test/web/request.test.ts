import { once } from 'node:events';
import { connect } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { type FetchHandler, fromNode, serve, type Server } from 'viaduct';
import { afterEach, describe, expect, it } from 'vitest';
import { deferred } from './deferred.js';

let server: Server | undefined;
afterEach(async () => {
  server?.httpServer.closeAllConnections();
  await server?.close();
});

/** Runs `handler` on a real server and gives what it answered as JSON. */
async function ask(handler: FetchHandler, path = '/', init: RequestInit = {}): Promise<unknown> {
  server = await serve(handler, { port: 0, host: '127.0.0.1' });
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, init);
  return response.json();
}

describe('the Request that a web application gets from a Node server', () => {
  it('is a Request to everyone who asks', async () => {
    const answer = await ask(
      (request) =>
        Response.json({
          instance: request instanceof Request,
          tag: Object.prototype.toString.call(request),
          method: request.method,
          redirect: request.redirect,
          own: Object.keys(request),
        }),
      '/',
      { method: 'DELETE' },
    );
    expect(answer).toMatchObject({
      instance: true,
      tag: '[object Request]',
      method: 'DELETE',
      redirect: 'follow',
      own: [],
    });
  });

  it('can be copied by new Request(request), with method, headers and body', async () => {
    const answer = await ask(
      async (request) => {
        const copy = new Request(request);
        return Response.json({
          method: copy.method,
          header: copy.headers.get('x-a'),
          body: await copy.text(),
        });
      },
      '/',
      { method: 'PUT', headers: { 'x-a': '1' }, body: 'up' },
    );
    expect(answer).toEqual({ method: 'PUT', header: '1', body: 'up' });
  });

  it('can be given another URL by new Request(url, request)', async () => {
    const answer = await ask(
      async (request) => {
        const moved = new Request('http://other.example/x', request);
        return Response.json({ url: moved.url, method: moved.method, body: await moved.text() });
      },
      '/',
      { method: 'POST', body: 'up' },
    );
    expect(answer).toEqual({ url: 'http://other.example/x', method: 'POST', body: 'up' });
  });

  it('has the same headers before and after its body was read, and copies have what was set there', async () => {
    const answer = await ask(
      async (request) => {
        const { headers } = request;
        headers.set('x-a', 'before');
        const clone = request.clone();
        headers.set('x-a', 'after');
        headers.append('x-b', '1');
        headers.append('x-b', '2');
        headers.delete('x-c');
        const late = request.clone();
        await request.text();
        return Response.json([
          request.headers === headers,
          clone.headers.get('x-a'),
          ...['x-a', 'x-b', 'x-c'].map((name) => late.headers.get(name)),
        ]);
      },
      '/',
      { method: 'POST', body: 'body', headers: { 'x-c': 'sent' } },
    );
    expect(answer).toEqual([true, 'before', 'after', '1, 2', null]);
  });

  it('can be cloned, and both bodies read', async () => {
    const answer = await ask(
      async (request) => {
        const clone = request.clone();
        return Response.json([await request.text(), await clone.text(), request.bodyUsed]);
      },
      '/',
      { method: 'POST', body: 'twice' },
    );
    expect(answer).toEqual(['twice', 'twice', true]);
  });

  it('reads JSON, form data and bytes', async () => {
    const form = new FormData();
    form.set('a', 'é');
    form.set('file', new Blob(['content']), 'f.txt');
    const answer = await ask(
      async (request) => {
        const data = await request.formData();
        return Response.json([data.get('a'), await (data.get('file') as File).text()]);
      },
      '/',
      { method: 'POST', body: form },
    );
    expect(answer).toEqual(['é', 'content']);
  });

  it('has no body on GET, and on a POST without one', async () => {
    expect(await ask((request) => Response.json(request.body === null))).toBe(true);
  });

  it.each([
    ['/a/../b?x=1', '/b?x=1'],
    ["/a'b", "/a'b"],
    ['/a?q="<>', '/a?q=%22%3C%3E'],
    ['/a#fragment', '/a'],
    ['/%7Euser', '/~user'],
    ['/a%20b/%E4%BD%A0', '/a%20b/%E4%BD%A0'],
  ])('has the URL of %s as the WHATWG serialises it', async (target, expected) => {
    server = await serve((request) => new Response(request.url), { port: 0, host: '127.0.0.1' });
    const { port } = server;
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(`GET ${target} HTTP/1.1\r\nHost: EXAMPLE.org:80\r\nConnection: close\r\n\r\n`);
      });
      socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
      socket.on('close', () => resolve(text.slice(text.indexOf('\r\n\r\n') + 4)));
    });
    expect(answer).toBe(`http://example.org${expected}`);
  });

  it('keeps cookies, repeated headers and Latin-1 values, and hides those of the connection', async () => {
    server = await serve((request) => Response.json([...request.headers]), { port: 0, host: '127.0.0.1' });
    const { port } = server;
    const headers = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => {
        const lines = [
          'Host: h',
          'Cookie: a=1',
          'Cookie: b=2',
          'X-A: 1',
          'x-a: 2',
          'X-E: \u00e9',
          'Connection: close',
        ];
        socket.write(`GET / HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1');
      });
      socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      socket.on('close', () => resolve(text.slice(text.indexOf('\r\n\r\n') + 4)));
    });
    expect(JSON.parse(headers)).toEqual([
      ['cookie', 'a=1; b=2'],
      ['host', 'h'],
      ['x-a', '1, 2'],
      ['x-e', '\u00e9'],
    ]);
  });

  it('has a signal that is the context’s, and aborts when the client leaves', async () => {
    const { promise, resolve } = deferred<unknown[]>();
    server = await serve(
      async (request, context) => {
        await new Promise((done) => request.signal.addEventListener('abort', done));
        resolve([request.signal === context.signal, request.signal.aborted, request.clone().signal.aborted]);
        return new Response();
      },
      { port: 0, host: '127.0.0.1' },
    );
    const leave = new AbortController();
    const asked = fetch(server.url, { signal: leave.signal });
    server.httpServer.once('request', () => setImmediate(() => leave.abort()));
    await expect(asked).rejects.toThrow('aborted');
    expect(await promise).toEqual([true, true, true]);
  });

  // Where a runtime hides the state of a request, a clone has a signal of its own: see decision 010.
  it.runIf(Object.getOwnPropertySymbols(new Request('http://h')).length > 0)(
    'has clones that are aborted when the client leaves',
    async () => {
      const { promise, resolve } = deferred<boolean>();
      server = await serve(
        async (request) => {
          const clone = request.clone();
          await new Promise((done) => request.signal.addEventListener('abort', done));
          resolve(clone.signal.aborted);
          return new Response();
        },
        { port: 0, host: '127.0.0.1' },
      );
      const leave = new AbortController();
      const asked = fetch(server.url, { signal: leave.signal });
      server.httpServer.once('request', () => setImmediate(() => leave.abort()));
      await expect(asked).rejects.toThrow('aborted');
      expect(await promise).toBe(true);
    },
  );

  it.each([
    ['reads', 'the body'],
    ['leaves', ''],
  ])('counts as read after a native application that %s its body', async (verb, expected) => {
    const inner = fromNode(async (req, res) => {
      res.end(verb === 'reads' ? await readText(req) : '');
    });
    const answer = await ask(
      async (request, context) => {
        const { headers } = request;
        const answered = await (await inner.fetch(request, context)).text();
        const again = await request.text().then(
          () => 'read again',
          (error: unknown) => (error as Error).name,
        );
        return Response.json({ answered, used: request.bodyUsed, again, type: headers.get('content-type') });
      },
      '/',
      { method: 'POST', body: 'the body', headers: { 'content-type': 'text/x-test' } },
    );
    expect(answer).toEqual({ answered: expected, used: true, again: 'TypeError', type: 'text/x-test' });
  });

  it('fails to read its body when the client leaves in the middle', async () => {
    const { promise, resolve } = deferred<unknown>();
    server = await serve(
      async (request) => {
        await request.text().catch(resolve);
        return new Response();
      },
      { port: 0, host: '127.0.0.1' },
    );
    const socket = connect(server.port, '127.0.0.1', () => {
      socket.write('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf', () => socket.destroy());
    });
    expect(await promise).toBeInstanceOf(Error);
  });

  it.each([
    ['with the head', 0],
    ['after the answer', 50],
  ])('has its whole body behind an answer that was given at once, where it comes %s', async (_when, ms) => {
    const { promise, resolve } = deferred<string>();
    server = await serve(
      (request) => {
        void request.text().then(resolve);
        return new Response('taken', { status: 202 });
      },
      { port: 0, host: '127.0.0.1' },
    );
    const body = 'x'.repeat(1_000);
    const socket = connect(server.port, '127.0.0.1');
    socket.write(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n${ms === 0 ? body : ''}`);
    const [head] = (await once(socket, 'data')) as [Buffer];
    expect(head.toString()).toMatch(/^HTTP\/1\.1 202 /);
    if (ms > 0) setTimeout(() => socket.write(body), ms);
    expect(await promise).toBe(body);
    socket.destroy();
  });

  it.each(['at once', 'later'])(
    'fails to read a body that was dropped behind an answer given %s',
    async (when) => {
      const { promise: read, resolve: mayRead } = deferred<undefined>();
      const { promise, resolve } = deferred<unknown>();
      const answer = (request: Request): Response => {
        void read.then(() => request.text()).then(resolve, resolve);
        return new Response('taken');
      };
      server = await serve(when === 'later' ? async (request) => answer(request) : answer, {
        port: 0,
        host: '127.0.0.1',
      });
      const socket = connect(server.port, '127.0.0.1');
      socket.write('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf');
      await once(socket, 'data');
      mayRead(undefined);
      socket.write('x'.repeat(96));
      expect(await promise).toMatchObject({ code: 'VIADUCT_E_BODY_READ' });
      socket.destroy();
    },
  );
});
