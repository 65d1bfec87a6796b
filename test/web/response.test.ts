import { once } from 'node:events';
import { createServer, type OutgoingHttpHeaders } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  createDispatcher,
  type FetchHandler,
  LightResponse,
  lint,
  serve,
  type Server,
  toNode,
} from 'viaduct';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { deferred } from './deferred.js';

let server: Server | undefined;
const errors: unknown[] = [];
afterEach(async () => {
  server?.httpServer.closeAllConnections();
  await server?.close();
  errors.length = 0;
});

async function listen(handler: FetchHandler): Promise<Server> {
  server = await serve(handler, { port: 0, host: '127.0.0.1', onError: (error) => errors.push(error) });
  return server;
}

/** The whole answer as it stands on the wire. */
async function wire(handler: FetchHandler, method = 'GET'): Promise<string> {
  const { port } = await listen(handler);
  const socket = connect(port, '127.0.0.1');
  socket.write(`${method} / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
  await once(socket, 'close').catch(() => undefined);
  return text;
}

const NativeStream = globalThis.ReadableStream;

/** A stream of another make, as a polyfill has it: what is taken off the class of the runtime fails on it. */
class OtherStream {
  readonly [Symbol.toStringTag] = 'ReadableStream';
  readonly #inner: ReadableStream;

  constructor(...source: ConstructorParameters<typeof NativeStream>) {
    this.#inner = new NativeStream(...source);
  }

  get locked(): boolean {
    return this.#inner.locked;
  }

  getReader(): unknown {
    return this.#inner.getReader();
  }

  tee(): unknown {
    return this.#inner.tee();
  }

  cancel(reason?: unknown): Promise<void> {
    return this.#inner.cancel(reason);
  }
}

function streamOf(...chunks: readonly string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });
}

/** What a `Response` cannot be, an object of its shape can. */
function shaped({ headers, statusText, body, bodyUsed }: Response, members: object): Response {
  return { status: 200, headers, statusText, body, bodyUsed, ...members } as Response;
}

describe('the Response that a web application gives to a Node server', () => {
  it('writes a header of Latin-1 as Latin-1 beside a body of UTF-8 (A5.87)', async () => {
    const answer = await wire(() => new Response('hé', { statusText: 'Très bien', headers: { 'x-a': 'é' } }));
    expect(answer).toContain('200 Très bien');
    expect(answer).toContain('x-a: é\r\n');
    expect(answer.endsWith('\r\n\r\nh\u00c3\u00a9')).toBe(true);
  });

  it('is sent with its status, reason, headers and cookies', async () => {
    const headers = new Headers({ 'x-a': '1' });
    headers.append('set-cookie', 'a=1; Path=/');
    headers.append('set-cookie', 'b=2');
    const answer = await wire(
      () => new Response('body', { status: 418, statusText: 'Short and stout', headers }),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 418 Short and stout\r\n/);
    expect(answer).toMatch(
      /x-a: 1\r\nset-cookie: a=1; Path=\/\r\nset-cookie: b=2\r\n|set-cookie: a=1; Path=\/\r\nset-cookie: b=2\r\nx-a: 1\r\n/,
    );
    expect(answer).toMatch(/\r\n\r\nbody$/);
  });

  it.each<[string, () => ConstructorParameters<typeof Response>[0], number]>([
    ['text', () => 'h\u20acllo', 7],
    ['bytes', () => new Uint8Array([1, 2, 3]), 3],
    ['an empty text', () => '', 0],
    ['a stream of one chunk', () => streamOf('abc'), 3],
    ['an empty stream', () => streamOf(), 0],
  ])('A6.97: has its length when made of %s', async (_kind, body, length) => {
    const answer = await wire(() => new Response(body()));
    expect(answer).toContain(`content-length: ${length}\r\n`);
    expect(answer).not.toMatch(/transfer-encoding/i);
  });

  it.each<[string, typeof LightResponse]>([
    ['native', Response],
    ['light', LightResponse],
  ])('keeps all its cookies where headers were set before, and those that were: %s', async (_kind, Kind) => {
    const application = toNode(
      () =>
        new Kind('x', {
          headers: [
            ['set-cookie', 'a=1'],
            ['vary', 'Origin'],
            ['set-cookie', 'b=2'],
          ],
        }),
    );
    const earlier: OutgoingHttpHeaders[] = [
      { 'x-powered-by': 'host', vary: 'Accept' },
      { 'set-cookie': 'outer=0' },
      { 'set-cookie': ['outer=0', 'more=1'] },
    ];
    const cookies: string[][] = [];
    for (const headers of earlier) {
      const host = createServer((req, res) => {
        for (const [name, value] of Object.entries(headers)) res.setHeader(name, value ?? '');
        application(req, res);
      });
      onTestFinished(() => void host.close());
      await once(host.listen(0, '127.0.0.1'), 'listening');
      const response = await fetch(`http://127.0.0.1:${(host.address() as AddressInfo).port}/`);
      expect(response.headers.get('vary')).toBe('Origin');
      cookies.push(response.headers.getSetCookie());
    }
    expect(cookies).toEqual([
      ['a=1', 'b=2'],
      ['a=1', 'b=2', 'outer=0'],
      ['a=1', 'b=2', 'outer=0', 'more=1'],
    ]);
  });

  it('leaves no memory behind that is as large as the longest text', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const length = 20_000_000;
    const { port } = await listen(() => new Response('x'.repeat(length)));
    const before = process.memoryUsage().arrayBuffers;
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect((await response.text()).length).toBe(length);
    await vi.waitFor(() => {
      collect();
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(length / 4);
    });
  });

  it('A6.94: is chunked when its length is not known', async () => {
    const answer = await wire(() => new Response(streamOf('a', 'b')));
    expect(answer).toMatch(/transfer-encoding: chunked/i);
    expect(answer).toMatch(/\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n$/);
  });

  it.each([204, 205, 304])('A6.89: has no body and no transfer-encoding with status %i', async (status) => {
    const answer = await wire(() => new Response(null, { status, headers: { etag: '"1"' } }));
    expect(answer).toMatch(/etag: "1"/);
    expect(answer).not.toMatch(/transfer-encoding/i);
    expect(answer).toMatch(/\r\n\r\n$/);
  });

  it('A5.74, PEERS B11: to HEAD sends headers alone, cancels an endless stream, and finishes once', async () => {
    const cancel = vi.fn<() => void>();
    const finished = vi.fn<() => void>();
    const answer = await wire((_request, context) => {
      context.onFinished(finished);
      return new Response(new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(1)), cancel }), {
        headers: { 'x-a': '1' },
      });
    }, 'HEAD');
    expect(answer).toMatch(/x-a: 1\r\n[^]*\r\n\r\n$/);
    expect(cancel).toHaveBeenCalledTimes(1);
    expect(finished).toHaveBeenCalledTimes(1);
  });

  it('A6.95, H10: loses headers that speak of the connection', async () => {
    const headers = { connection: 'x', 'keep-alive': 'x', upgrade: 'x', te: 'x', trailer: 'x', via: 'kept' };
    const answer = await wire(() => new Response('x', { headers }));
    expect(answer).not.toMatch(/: x\r\n/);
    expect(answer).toContain('via: kept');
  });

  it('A6.98: sends its head and each chunk when they are there, not at the end', async () => {
    const { promise: gate, resolve: open } = deferred<void>();
    const { port } = await listen(
      () =>
        new Response(
          new ReadableStream({
            async start(controller) {
              controller.enqueue(new TextEncoder().encode('first'));
              await gate;
              controller.enqueue(new TextEncoder().encode('second'));
              controller.close();
            },
          }),
        ),
    );
    const response = await fetch(`http://127.0.0.1:${port}/`);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('first');
    open();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('second');
    expect((await reader.read()).done).toBe(true);
  });

  it('L13: sends the head of a stream that has nothing to say yet', async () => {
    const { port } = await listen(() => new Response(new ReadableStream(), { headers: { 'x-a': '1' } }));
    const leave = new AbortController();
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: leave.signal });
    expect(response.headers.get('x-a')).toBe('1');
    leave.abort();
  });

  it('A7.113: is cancelled when the client leaves, also while it waits for its next chunk', async () => {
    const { promise: cancelled, resolve: cancel } = deferred<unknown>();
    const { promise: outcome, resolve: finish } = deferred<unknown>();
    const { port } = await listen((_request, context) => {
      context.onFinished(finish);
      return new Response(new ReadableStream({ cancel }));
    });
    const leave = new AbortController();
    await fetch(`http://127.0.0.1:${port}/`, { signal: leave.signal });
    leave.abort();
    expect(await cancelled).toMatchObject({ code: 'VIADUCT_E_CLIENT_GONE' });
    expect(await outcome).toEqual({ kind: 'aborted', status: 200 });
  });

  it('A7.113: is cancelled when the client has left before it was there', async () => {
    const { promise: asked, resolve: ask } = deferred<void>();
    const { promise: left, resolve: leave } = deferred<void>();
    const cancel = vi.fn<(reason: unknown) => void>();
    const { port } = await listen(async (_request, { signal }) => {
      signal.addEventListener('abort', () => leave());
      ask();
      await left;
      return new Response(new ReadableStream({ cancel }));
    });
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    await asked;
    socket.destroy();
    await vi.waitFor(() => expect(cancel).toHaveBeenCalledTimes(1));
    expect(cancel).toHaveBeenCalledWith(expect.objectContaining({ code: 'VIADUCT_E_CLIENT_GONE' }));
  });

  it('is cancelled when Node refuses its head, also for HEAD', async () => {
    for (const method of ['GET', 'HEAD']) {
      const cancel = vi.fn<() => void>();
      const answer = await wire(
        () =>
          shaped(new Response(new ReadableStream({ cancel }), { headers: { 'x-a': '1' } }), { status: 99 }),
        method,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 500 /);
      expect(cancel).toHaveBeenCalledTimes(1);
      await server?.close();
    }
  });

  it.each([1, 2])('is answered with 500 when its stream begins with a text, of %s', async (count) => {
    const answer = await wire(
      () =>
        new Response(
          new ReadableStream({
            start(controller) {
              for (let index = 0; index < count; index += 1) controller.enqueue('text' as never);
              controller.close();
            },
          }),
        ),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 500 /);
    expect(errors).toMatchObject([{ code: 'VIADUCT_E_NO_RESPONSE' }]);
  });

  it('A6.101, L3: is pulled no further than the client reads', async () => {
    let pulled = 0;
    const { port } = await listen(
      () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              pulled += 65_536;
              controller.enqueue(new Uint8Array(65_536));
            },
          }),
        ),
    );
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    await once(socket, 'readable');
    let before = -1;
    await vi.waitFor(
      () => {
        const isPaused = pulled === before;
        before = pulled;
        expect(isPaused).toBe(true);
      },
      { timeout: 10_000, interval: 300 },
    );
    expect(pulled).toBeLessThan(16 * 1024 * 1024);
    socket.destroy();
  });

  it('A6.102: cuts the connection when its stream fails after the first chunk, and says so once', async () => {
    const outcomes: unknown[] = [];
    const answer = await wire((_request, context) => {
      context.onFinished((outcome) => void outcomes.push(outcome));
      let isFirst = true;
      return new Response(
        new ReadableStream(
          {
            async pull(controller) {
              await new Promise((resolve) => setTimeout(resolve, 5));
              if (!isFirst) throw new Error('midway');
              isFirst = false;
              controller.enqueue(new TextEncoder().encode('first'));
            },
          },
          { highWaterMark: 0 },
        ),
      );
    });
    expect(answer).toContain('first');
    expect(answer).not.toMatch(/0\r\n\r\n$/);
    expect(errors).toEqual([new Error('midway')]);
    await vi.waitFor(() => expect(outcomes).toHaveLength(1));
    expect(outcomes).toEqual([{ kind: 'failed', status: 200, error: new Error('midway') }]);
  });

  it.each([
    ['A6.92: shorter', '10', 'abc'],
    ['A6.93: longer', '2', 'abcdef'],
  ])(
    '%s than its content-length is cut, so that the next answer is not taken for its rest',
    async (_case, length, body) => {
      const answer = await wire(() => new Response(body, { headers: { 'content-length': length } }));
      expect(answer === '' || !answer.includes(body) || length === '10').toBe(true);
      expect(errors).toHaveLength(1);
    },
  );

  it('F15: given twice is answered with 500, and the process lives', async () => {
    const response = new Response('once');
    const { port } = await listen(() => response);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(500);
    expect(errors).toMatchObject([{ code: 'VIADUCT_E_BODY_USED' }]);
  });

  describe.each<[string, () => ConstructorParameters<typeof Response>[0]]>([
    ['a text', () => 'used'],
    ['bytes', () => new TextEncoder().encode('used')],
    ['many bytes', () => new TextEncoder().encode('used'.repeat(40_000))],
    ['a stream', () => streamOf('us', 'ed')],
  ])('F15: whose body, %s,', (_kind, body) => {
    it.each<[string, (response: Response) => Promise<unknown>]>([
      ['was read', (response) => response.text()],
      ['is locked', async ({ body: stream }) => stream?.getReader()],
      ['was cancelled', async ({ body: stream }) => stream?.cancel()],
      [
        'was read in part and given back',
        async ({ body: stream }) => {
          const reader = stream?.getReader();
          await reader?.read();
          reader?.releaseLock();
        },
      ],
    ])('%s is answered with 500, to GET and to HEAD', async (_use, use) => {
      for (const method of ['GET', 'HEAD']) {
        const answer = await wire(async () => {
          const response = new Response(body());
          await use(response);
          return response;
        }, method);
        expect(answer).toMatch(/^HTTP\/1\.1 500 /);
        await server?.close();
      }
      expect(errors).toMatchObject([{ code: 'VIADUCT_E_BODY_USED' }, { code: 'VIADUCT_E_BODY_USED' }]);
    });

    it('was cloned before goes out whole, and so does the clone', async () => {
      const texts: string[] = [];
      const { port } = await listen(async () => {
        const response = new Response(body());
        const clone = response.clone();
        texts.push(await clone.text());
        return response;
      });
      texts.push(await (await fetch(`http://127.0.0.1:${port}/`)).text());
      expect(texts[0]).toMatch(/^(?:used)+$/);
      expect(texts[1]).toBe(texts[0]);
    });
  });

  it.each<[string, (body: ReadableStream) => unknown]>([
    ['is locked', (body) => body.getReader()],
    ['was cancelled', (body) => body.cancel()],
  ])('F15: whose stream %s is 500 to those who call a dispatcher, too', async (_use, use) => {
    const told: unknown[] = [];
    const dispatcher = createDispatcher(
      {
        '/': async () => {
          const response = new Response(streamOf('used'));
          await use(response.body as ReadableStream);
          return response;
        },
      },
      { onError: (error) => void told.push(error) },
    );
    expect((await dispatcher.fetch(new Request('http://h.test/'))).status).toBe(500);
    expect(told).toMatchObject([{ code: 'VIADUCT_E_BODY_USED' }]);
  });

  it('of another copy of the class that has no body at all is told of by the server, not by lint failing over it', async () => {
    const bodiless = { status: 200, statusText: '', headers: new Headers() } as Response;
    const { port } = await listen(lint(() => bodiless, { mode: 'warn' }).fetch as FetchHandler);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(500);
    expect(errors).toHaveLength(1);
    expect(String(errors[0])).not.toMatch(/source/);
  });

  it('whose body is another than what it was made of is sent with that one', async () => {
    const { port } = await listen(() =>
      Object.defineProperty(new Response('quiet'), 'body', { value: streamOf('LOUD') }),
    );
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('LOUD');
  });

  // Where a runtime hides the state of a response, its own class refuses streams of another make.
  const showsState = Object.getOwnPropertySymbols(new Response()).length > 0;
  it.runIf(showsState)(
    'is sent also where the streams of the process are of another make, or were',
    async () => {
      const { port } = await listen(() => new Response('text'));
      const ask = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/`)).text();
      onTestFinished(() => {
        globalThis.ReadableStream = NativeStream;
      });
      expect(await ask()).toBe('text');
      globalThis.ReadableStream = OtherStream as unknown as typeof NativeStream;
      expect(await ask()).toBe('text');
      globalThis.ReadableStream = NativeStream;
      expect(await ask()).toBe('text');
      expect(errors).toEqual([]);
    },
  );

  it.each<[string, () => unknown]>([
    ['undefined', () => undefined],
    ['a text', () => 'text'],
    ['an object', () => ({ status: 200 })],
  ])('F8: that is %s is answered with 500 and names the application', async (_kind, answer) => {
    const { port } = await listen(function shop() {
      return answer() as Response;
    });
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect([response.status, await response.text()]).toEqual([500, 'Internal Server Error']);
    expect(errors).toMatchObject([
      { code: 'VIADUCT_E_NO_RESPONSE', message: expect.stringContaining('"shop"') },
    ]);
  });

  it('F8: of another copy of the class is accepted by its shape', async () => {
    class OtherResponse {
      readonly status = 201;
      readonly statusText = '';
      readonly bodyUsed = false;
      readonly headers = new Headers({ 'x-a': '1' });
      readonly body = streamOf('other');
    }
    const { port } = await listen(() => new OtherResponse() as unknown as Response);
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect([response.status, await response.text()]).toEqual([201, 'other']);
  });

  it('leaves the globals as they are', async () => {
    const before = [globalThis.Request, globalThis.Response, globalThis.Headers];
    await wire(() => new Response('x'));
    expect([globalThis.Request, globalThis.Response, globalThis.Headers]).toEqual(before);
  });
});
