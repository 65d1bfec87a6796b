import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { CONNECTION_LIMITS } from '@viaduct/node/internal';
import { SERVER_LIMITS } from '@viaduct/core/internal';
import {
  type Application,
  contextOf,
  createDispatcher,
  fromNode,
  lint,
  type Outcome,
  type RequestContext,
  type ServeOptions,
  withHooks,
} from 'viaduct';
import { Request as CopiedRequest } from 'undici';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Connection } from '../conformance/connection.js';
import { defer } from '../conformance/deferred.js';
import { KINDS, type Kind } from '../conformance/kinds.js';
import { openServer } from '../conformance/opened-server.js';
import { traceRequests } from './traced.js';

const HEAD = 'POST /x HTTP/1.1\r\nHost: h.test\r\n';
const GET = 'GET /x HTTP/1.1\r\nHost: h.test\r\n\r\n';
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;
const CHUNK = `3e8\r\n${'x'.repeat(1_000)}\r\n`;

const hello = lint({ fetch: () => new Response('hello') });

async function statusOf(connection: Connection, bytes: string): Promise<number> {
  await connection.write(bytes);
  return (await connection.read()).status;
}

function everyKind(run: (kind: Kind) => void): void {
  describe.each(KINDS.map((kind) => [kind.name, kind] as const))('%s', (_name, kind) => run(kind));
}

it('the table of limits says what the code does', () => {
  const page = readFileSync(new URL('../../docs/limits.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)].map(([, option, text]) => [
    option,
    text?.trim(),
  ]);
  const defaults = Object.entries({ ...CONNECTION_LIMITS, ...SERVER_LIMITS }).map(([option, value]) => [
    option,
    value === Infinity ? 'none' : value.toLocaleString('en'),
  ]);
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(defaults));
  expect(rows).toHaveLength(defaults.length);
});

it.each<[option: keyof ServeOptions, value: number, request: string]>([
  ['maxHeaderBytes', 1_000, `GET / HTTP/1.1\r\nHost: h.test\r\na: ${'x'.repeat(2_000)}\r\n\r\n`],
  ['maxHeaders', 2, 'GET / HTTP/1.1\r\nHost: h.test\r\na: 1\r\nb: 2\r\nc: 3\r\n\r\n'],
  ['maxTargetBytes', 10, 'GET /0123456789 HTTP/1.1\r\nHost: h.test\r\n\r\n'],
  ['maxBodyBytes', 10, `${HEAD}Content-Length: 11\r\n\r\n`],
  ['headersTimeoutMs', 100, 'GET / HTTP/1.1\r\nHost:'],
  ['requestTimeoutMs', 100, `${HEAD}Content-Length: 10\r\n\r\nhalf`],
  ['handlerTimeoutMs', 100, 'GET / HTTP/1.1\r\nHost: h.test\r\n\r\n'],
])('the client gets what the table of limits says: %s', async (option, value, request) => {
  const page = readFileSync(new URL('../../docs/limits.md', import.meta.url), 'utf8');
  const row = page.split('\n').find((line) => line.startsWith(`| \`${option}\` |`));
  const promised = /^(\d{3}), closed/.exec(row?.split('|')[5]?.trim() ?? '');
  expect(promised, row).not.toBeNull();
  const stuck = lint(
    fromNode(() => undefined),
    { ignore: ['C4'] },
  );
  const { connect: open } = await openServer(stuck, { [option]: value });
  const connection = await open();
  expect(await statusOf(connection, request)).toBe(Number(promised?.[1]));
  await connection.closed;
});

it.each(Object.keys({ ...CONNECTION_LIMITS, ...SERVER_LIMITS }))(
  '%s that is no number is refused',
  async (name) => {
    for (const value of [0, -1, 1.5, Number.NaN, '5']) {
      await expect(openServer(hello, { [name]: value } as ServeOptions)).rejects.toMatchObject({
        code: 'VIADUCT_E_OPTION',
        message: expect.stringContaining(`serve: ${name} is ${value}`),
      });
    }
  },
);

describe('D3, H7 heads', () => {
  const headers = (count: number): string => 'a: 1\r\n'.repeat(count);

  it.each<[count: number, status: number, options: ServeOptions]>([
    [199, 200, {}],
    [200, 431, {}],
    [2_100, 431, {}],
    [10, 431, { maxHeaders: 10 }],
    [2_500, 200, { maxHeaders: Infinity }],
  ])('with %i headers beside Host get %i with %j', async (count, status, options) => {
    const { connect: open } = await openServer(hello, options);
    expect(await statusOf(await open(), `GET / HTTP/1.1\r\nHost: h.test\r\n${headers(count)}\r\n`)).toBe(
      status,
    );
  });

  it.each([1_990, 2_000, 2_100])('W8 with %i headers get 431 as an upgrade too', async (count) => {
    const { connect: open } = await openServer(createDispatcher({ '/': hello }));
    const upgrade =
      'GET / HTTP/1.1\r\nHost: h.test\r\nConnection: upgrade\r\nUpgrade: websocket\r\n' +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${headers(count)}\r\n`;
    expect(await statusOf(await open(), upgrade)).toBe(431);
    expect(await statusOf(await open(), GET)).toBe(200);
  });

  it.each<[bytes: number, status: number, options: ServeOptions]>([
    [15_000, 200, {}],
    [17_000, 431, {}],
    [30_000, 200, { maxHeaderBytes: 40_000 }],
  ])('of %i bytes get %i with %j', async (bytes, status, options) => {
    const { connect: open } = await openServer(hello, options);
    const head = `GET / HTTP/1.1\r\nHost: h.test\r\na: ${'x'.repeat(bytes)}\r\n\r\n`;
    expect(await statusOf(await open(), head)).toBe(status);
  });

  it('D7 with colliding names are read in time', async () => {
    const { connect: open } = await openServer(hello, { maxHeaders: Infinity, maxHeaderBytes: 1_000_000 });
    const head = `GET / HTTP/1.1\r\nHost: h.test\r\n${'__proto__: 1\r\n'.repeat(10_000)}\r\n`;
    expect(await statusOf(await open(), head)).toBe(200);
  });

  it.each([
    ['that hash alike', collidingNames(10_000)],
    [
      'that are members of objects',
      Array.from({ length: 10_000 }, (_, index) => MEMBERS[index % MEMBERS.length]),
    ],
  ])('D7 of 10,000 names %s are read in time, on both faces', async (_what, names) => {
    const limits = { maxHeaders: Infinity, maxHeaderBytes: 2_000_000 };
    const application = createDispatcher({
      '/web': hello,
      '/node': lint(
        fromNode((_request, response) => response.setHeader('content-type', 'text/plain').end('hello')),
      ),
    });
    const { connect: open } = await openServer(application, limits);
    for (const path of ['/web', '/node']) {
      const head = `GET ${path} HTTP/1.1\r\nHost: h.test\r\n${names.map((name) => `${name}: 1\r\n`).join('')}\r\n`;
      expect(await statusOf(await open(), head)).toBe(200);
    }
  });
});

const MEMBERS = ['__proto__', 'constructor', 'hasOwnProperty', 'toString'];

/** Names of the same length, which differ in few places: for a weak hash they are all one. */
function collidingNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    index.toString(2).padStart(16, '0').replaceAll('0', 'Aa').replaceAll('1', 'BB'),
  );
}

it('D7 10,000 mounts and as many guards with names that hash alike find each its own', async () => {
  const names = collidingNames(10_000);
  const guarded: string[] = [];
  const table = createDispatcher(
    Object.fromEntries(names.map((name, index) => [`/x${name}`, () => new Response(String(index))])),
    { guards: Object.fromEntries(names.map((name) => [`/x${name}`, () => void guarded.push(name)])) },
  );
  const { connect: open } = await openServer(table);
  for (const index of [0, 4_999, 9_999]) {
    const connection = await open();
    await connection.write(`GET /x${names[index]}/y HTTP/1.1\r\nHost: h.test\r\n\r\n`);
    expect((await connection.read()).body.toString()).toBe(String(index));
  }
  expect(guarded).toEqual([names[0], names[4_999], names[9_999]]);
});

everyKind((kind) => {
  describe('maxBodyBytes', () => {
    it('answers 413 to a length that is too long, before the application is asked, and closes', async () => {
      let isAsked = false;
      const application = kind.create(() => {
        isAsked = true;
        return {};
      });
      const { connect: open } = await openServer(application, { maxBodyBytes: 1_000 });
      const connection = await open();
      await connection.write(`${HEAD}Content-Length: 1001\r\n\r\n`);
      const response = await connection.read();
      expect(response.status).toBe(413);
      expect(response.headers).toContainEqual(['connection', 'close']);
      await connection.closed;
      expect(isAsked).toBe(false);
    });

    it('lets a body of the limit pass, whichever way it is sent', async () => {
      const application = kind.create(async (call) => ({ body: String((await call.readBody()).length) }));
      const { connect: open } = await openServer(application, { maxBodyBytes: 1_000 });
      const connection = await open();
      await connection.write(`${HEAD}Content-Length: 1000\r\n\r\n${'x'.repeat(1_000)}`);
      expect((await connection.read()).body.toString()).toBe('1000');
      await connection.write(`${CHUNKED}${CHUNK}0\r\n\r\n`);
      expect((await connection.read()).body.toString()).toBe('1000');
    });

    it('B1 counts a body that nobody reads', async () => {
      const { connect: open, reports } = await openServer(
        kind.create(() => new Promise(() => undefined), ['C4']),
        { maxBodyBytes: 5_000 },
      );
      const connection = await open();
      await connection.write(CHUNKED + CHUNK.repeat(10));
      expect((await connection.read()).status).toBe(413);
      await connection.closed;
      expect(reports).toEqual([]);
    });

    it('B3 holds when the application swallows the error', async () => {
      const done = defer();
      const application = kind.create(async (call) => {
        await call.readBody().catch(() => undefined);
        done.resolve();
        return { body: 'all is well' };
      });
      const { connect: open, reports } = await openServer(application, { maxBodyBytes: 5_000 });
      const connection = await open();
      await connection.write(CHUNKED + CHUNK.repeat(10));
      expect((await connection.read()).status).toBe(413);
      await connection.closed;
      await done.promise;
      expect(connection.unread).toBe('');
      expect(reports).toEqual([]);
    });

    it('holds when the error escapes the application', async () => {
      const application = kind.create(async (call) => ({ body: String(await call.readBody()) }));
      const { connect: open, reports } = await openServer(application, { maxBodyBytes: 5_000 });
      const connection = await open();
      await connection.write(CHUNKED + CHUNK.repeat(10));
      expect((await connection.read()).status).toBe(413);
      await connection.closed;
      expect(reports).toEqual([]);
    });

    it('of a mount counts in place of that of the server, smaller or larger', async () => {
      const application = kind.create(async (call) => ({ body: String((await call.readBody()).length) }));
      const dispatcher = createDispatcher({
        '/': application,
        '/less': { application, maxBodyBytes: 10 },
        '/more': { application: lint(createDispatcher({ '/': application })), maxBodyBytes: 2_000 },
      });
      const { connect: open } = await openServer(lint(dispatcher), { maxBodyBytes: 100 });
      for (const [path, length, status] of [
        ['/', 100, 200],
        ['/', 101, 413],
        ['/less', 10, 200],
        ['/less', 11, 413],
        ['/more', 2_000, 200],
        ['/more', 2_001, 413],
      ] as const) {
        const head = `POST ${path} HTTP/1.1\r\nHost: h.test\r\nContent-Length: ${length}\r\n\r\n`;
        expect(await statusOf(await open(), head + 'x'.repeat(length)), `${length} bytes to ${path}`).toBe(
          status,
        );
      }
    });

    it('of a mount holds on the web face', async () => {
      const application = kind.create(async (call) => {
        const body = await call.readBody().catch(() => 'swallowed');
        return { body: String(body.length) };
      });
      const dispatcher = createDispatcher({ '/': { application, maxBodyBytes: 1_000 } });
      async function send(length: number): Promise<Response> {
        const body = ReadableStream.from([new Uint8Array(length)]);
        return dispatcher.fetch(new Request('http://h.test/', { method: 'POST', body, duplex: 'half' }));
      }
      expect(await (await send(1_000)).text()).toBe('1000');
      expect((await send(1_001)).status).toBe(413);
    });
  });

  describe('handlerTimeoutMs', () => {
    it('F10 answers 504, tells the application by its signal, and closes', async () => {
      const outcomes: Outcome[] = [];
      const signals: AbortSignal[] = [];
      const goOn = defer();
      const done = defer();
      const application = kind.create(async ({ context }) => {
        signals.push(context.signal);
        context.onFinished((outcome) => void outcomes.push(outcome));
        await goOn.promise;
        done.resolve();
        return { headers: { 'x-late': 'yes' }, body: 'too late' };
      });
      const { connect: open, reports } = await openServer(createDispatcher({ '/': application }), {
        handlerTimeoutMs: 100,
      });
      const connection = await open();
      expect(await statusOf(connection, GET)).toBe(504);
      await connection.closed;
      const error = expect.objectContaining({ code: 'VIADUCT_E_HANDLER_TIMEOUT' });
      expect(signals[0]?.reason).toEqual(error);
      await expect.poll(() => outcomes).toEqual([{ kind: 'failed', status: 504, error }]);
      expect(reports).toEqual([{ error, info: expect.objectContaining({ mounts: ['/'] }) }]);
      goOn.resolve();
      await done.promise;
      await new Promise((resolve) => setImmediate(resolve));
      expect(reports).toHaveLength(1);
    });

    it('of a mount counts in place of that of the server', async () => {
      const stuck = kind.create(() => new Promise(() => undefined), ['C4']);
      const slow = kind.create(async () => {
        await new Promise((resolve) => setTimeout(resolve, 600));
        return { body: 'done' };
      });
      const dispatcher = createDispatcher({
        '/': { application: slow, handlerTimeoutMs: 60_000 },
        '/x': { application: stuck, handlerTimeoutMs: 50 },
      });
      const { connect: open } = await openServer(dispatcher, { handlerTimeoutMs: 200 });
      expect(await statusOf(await open(), GET)).toBe(504);
      expect(await statusOf(await open(), 'GET / HTTP/1.1\r\nHost: h.test\r\n\r\n')).toBe(200);
    });

    it('of a mount holds on the web face', async () => {
      const signals: AbortSignal[] = [];
      const application = kind.create(
        ({ context }) => {
          signals.push(context.signal);
          return new Promise(() => undefined);
        },
        ['C4'],
      );
      const errors: unknown[] = [];
      const dispatcher = createDispatcher(
        { '/': { application, handlerTimeoutMs: 50 } },
        { onError: (error) => void errors.push(error) },
      );
      expect((await dispatcher.fetch(new Request('http://h.test/'))).status).toBe(504);
      const error = expect.objectContaining({ code: 'VIADUCT_E_HANDLER_TIMEOUT' });
      expect(signals[0]?.reason).toEqual(error);
      expect(errors).toEqual([error]);
    });
  });
});

it.each([{ maxBodyBytes: 4 }, { handlerTimeoutMs: 1_000 }])(
  'a Request of a copy of undici is held to %j on the web face as any other',
  async (limit) => {
    const application = lint(async (request) => new Response(await request.text()));
    const options = { onError: () => undefined };
    const dispatcher = createDispatcher({ '/': { application, ...limit } }, options);
    const send = (body: string): Promise<Response> =>
      dispatcher.fetch(new CopiedRequest('http://h.test/', { method: 'POST', body }) as never);
    expect(await (await send('four')).text()).toBe('four');
    expect((await send('fives')).status).toBe('maxBodyBytes' in limit ? 413 : 200);
  },
);

it.each([{ maxBodyBytes: 100 }, { handlerTimeoutMs: 1_000 }])(
  'a request whose body a guard has read is held to %j on the web face without harm',
  async (limit) => {
    const application = lint(({ bodyUsed }) => new Response(String(bodyUsed)));
    const guard = async (head: unknown): Promise<void> => void (await (head as Request).text());
    const dispatcher = createDispatcher({ '/': { application, ...limit } }, { guards: { '/': guard } });
    const request = new Request('http://h.test/', { method: 'POST', body: 'abc' });
    expect(await (await dispatcher.fetch(request)).text()).toBe('true');
  },
);

it('limits of time that no timer can wait for hold for ever', async () => {
  let isWorkDone = false;
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
  const application = lint({
    start: turn,
    async fetch(_request: Request, context: RequestContext) {
      await turn();
      context.waitUntil(turn().then(() => void (isWorkDone = true)));
      return new Response('in time');
    },
  });
  const dispatcher = createDispatcher(
    { '/': { application, handlerTimeoutMs: 2 ** 31 } },
    { startTimeoutMs: 2 ** 31, workTimeoutMs: Number.MAX_SAFE_INTEGER },
  );
  await dispatcher.start();
  expect(await (await dispatcher.fetch(new Request('http://h.test/'))).text()).toBe('in time');
  await dispatcher.stop();
  expect(isWorkDone).toBe(true);
});

/** Something asynchronous in front of an application, which goes on when the request was given up. */
const SLOW_ENTRIES: [
  name: string,
  create: (inner: Application, entry: () => Promise<void>) => Application,
][] = [
  ['a guard', (inner, guard) => createDispatcher({ '/': inner }, { guards: { '/': guard } })],
  ['onRequest', (inner, onRequest) => withHooks(inner, { onRequest })],
];

describe.each(SLOW_ENTRIES)('F10 handlerTimeoutMs, with %s that takes longer', (_name, create) => {
  const ask = vi.fn<() => Response>(() => new Response('too late'));
  const isOver = defer();
  const isDone = defer();

  async function entry(): Promise<void> {
    await isOver.promise;
    setImmediate(() => isDone.resolve());
  }

  it('never asks the application', async () => {
    const { connect: open } = await openServer(create(lint(ask), entry), { handlerTimeoutMs: 50 });
    expect(await statusOf(await open(), GET)).toBe(504);
    const { fetch } = create(lint(ask), entry);
    const mount = { application: lint({ fetch }), handlerTimeoutMs: 50 };
    const dispatcher = createDispatcher({ '/': mount }, { onError: () => undefined });
    expect((await dispatcher.fetch(new Request('http://h.test/'))).status).toBe(504);
    isOver.resolve();
    await isDone.promise;
    expect(ask).not.toHaveBeenCalled();
  });
});

it('F10 reports an answer that did not come in time outside all requests: not in one that came before', async () => {
  const seen: unknown[] = [];
  const application = fromNode(({ url }, response) => void (url === '/quick' && response.end()));
  const { server, connect: open } = await openServer(application, {
    handlerTimeoutMs: 200,
    onError: () => void seen.push(requests.getStore()),
  });
  const requests = traceRequests(server);
  const [first, second] = [await open(), await open()];
  await first.write('GET /quick HTTP/1.1\r\nHost: h.test\r\n\r\n');
  await first.read();
  expect(await statusOf(second, GET)).toBe(504);
  expect(seen).toEqual([undefined]);
});

it('handlerTimeoutMs holds for a connection that was idle before, however often', async () => {
  const application = fromNode((request, response) => {
    if (request.url !== '/x') response.end('at once');
  });
  const { connect: open } = await openServer(application, { handlerTimeoutMs: 50 });
  const connection = await open();
  for (const _ of [1, 2]) {
    expect(await statusOf(connection, 'GET / HTTP/1.1\r\nHost: h.test\r\n\r\n')).toBe(200);
    // Longer than it takes until idle connections are forgotten.
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  expect(await statusOf(connection, GET)).toBe(504);
});

it('handlerTimeoutMs does not cut an answer that has begun', async () => {
  const application = fromNode(async (_request, response) => {
    response.write('a');
    await new Promise((resolve) => setTimeout(resolve, 400));
    response.end('b');
  });
  const { connect: open } = await openServer(application, { handlerTimeoutMs: 50 });
  const connection = await open();
  await connection.write(GET);
  expect((await connection.read()).body.toString()).toBe('ab');
});

it('F10 what an abandoned handler writes late does nothing and raises nothing', async () => {
  const late = defer();
  const application = fromNode((request, response) => {
    contextOf(request).signal.addEventListener('abort', () => {
      setImmediate(() => {
        response.setHeader('x', 'y').removeHeader('x');
        response.writeHead(200, { 'x-late': 'yes' }).flushHeaders();
        response.write('late');
        response.end('late', () => late.resolve());
      });
    });
  });
  const { connect: open } = await openServer(application, { handlerTimeoutMs: 50 });
  const connection = await open();
  expect(await statusOf(connection, GET)).toBe(504);
  await late.promise;
  await connection.closed;
  expect(connection.unread).toBe('');
});

describe('D4 maxInFlight', () => {
  it('answers 503 with Retry-After beyond it, and serves again when one has ended', async () => {
    const goOn = defer();
    const application = lint(async () => {
      await goOn.promise;
      return new Response('done');
    });
    const { connect: open } = await openServer(application, { maxInFlight: 1 });
    const [first, second] = [await open(), await open()];
    await first.write(GET);
    await second.write(GET);
    const refused = await second.read();
    expect(refused.status).toBe(503);
    expect(refused.headers).toContainEqual(['retry-after', '1']);
    goOn.resolve();
    expect((await first.read()).status).toBe(200);
    await expect.poll(async () => statusOf(second, GET)).toBe(200);
  });
});

it('D4 a place in maxInFlight is given back by whoever leaves: reset, queued, refused, or upgraded', async () => {
  const application = createDispatcher(
    {
      '/': fromNode(() => undefined, {
        upgrade: (_request, socket) => void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'),
      }),
      '/ok': hello,
    },
    { guards: { '/refused': () => new Response('no', { status: 401 }) } },
  );
  const { connect: open } = await openServer(application, { maxInFlight: 3 });
  const ok = 'GET /ok HTTP/1.1\r\nHost: h.test\r\n\r\n';
  for (let round = 0; round < 4; round += 1) {
    const leaving = await open();
    await leaving.write(GET.repeat(3));
    const other = await open();
    await expect.poll(async () => statusOf(other, ok)).toBe(503);
    leaving.reset();
    await expect.poll(async () => statusOf(other, ok)).toBe(200);
    for (const target of ['/refused', '/ok', '//a b'])
      await statusOf(await open(), ok.replace('/ok', target));
    const upgrade = ok.replace('\r\n\r\n', '\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await statusOf(await open(), upgrade);
    expect(await statusOf(other, ok)).toBe(200);
  }
});

describe('connections', () => {
  it('D1 beyond maxConnections are closed at once, and the others go on', async () => {
    const { connect: open, server } = await openServer(hello, { maxConnections: 2 });
    const kept = await open();
    expect(await statusOf(kept, GET)).toBe(200);
    const other = await open();
    expect(await statusOf(other, GET)).toBe(200);
    for (let index = 0; index < 200; index += 1) {
      const refused = connect(server.port, '127.0.0.1').on('error', () => undefined);
      await once(refused, 'close');
    }
    expect(await statusOf(kept, GET)).toBe(200);
  });

  it('D2 run nothing beyond maxRequestsPerConnection, whatever was sent at once or expects 100-continue', async () => {
    const asked: (string | undefined)[] = [];
    const application = fromNode((request, response) => {
      asked.push(request.url);
      request.resume().on('end', () => setImmediate(() => response.end('done')));
    });
    const { connect: open } = await openServer(application, { maxRequestsPerConnection: 2 });
    const connection = await open();
    await connection.write(['/1', '/2', '/3', '/4'].map((path) => GET.replace('/x', path)).join(''));
    for (const _ of [1, 2]) expect((await connection.read()).body.toString()).toBe('done');
    await connection.closed;
    expect([asked, connection.unread]).toEqual([['/1', '/2'], '']);
    const hesitant = await open();
    expect(await statusOf(hesitant, GET)).toBe(200);
    expect(await statusOf(hesitant, `${HEAD}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`)).toBe(100);
    expect(await statusOf(hesitant, 'hi')).toBe(200);
    await hesitant.closed;
  });

  it('D2 are closed after maxRequestsPerConnection', async () => {
    const { connect: open } = await openServer(hello, { maxRequestsPerConnection: 2 });
    const connection = await open();
    expect(await statusOf(connection, GET)).toBe(200);
    await connection.write(GET);
    expect((await connection.read()).headers).toContainEqual(['Connection', 'close']);
    await connection.closed;
  });

  it.each([
    ['headersTimeoutMs', 'GET / HTTP/1.1\r\nHost:'],
    ['requestTimeoutMs', `${HEAD}Content-Length: 10\r\n\r\nhalf`],
  ])('L7 %s holds: 408 in time', async (option, half) => {
    const application = fromNode((request, response) => {
      request.resume().on('end', () => response.end());
    });
    const { connect: open } = await openServer(application, { [option]: 300 });
    const connection = await open();
    // Without the option, longer than a test may take.
    expect(await statusOf(connection, half)).toBe(408);
    await connection.closed;
  });
});

it('a refused upgrade does not leave a socket to a client that never closes', async () => {
  const { server } = await openServer(createDispatcher({ '/': hello }));
  const client = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => void client.destroy());
  client.on('error', () => undefined).resume();
  client.write('CONNECT h.test:80 HTTP/1.1\r\nHost: h.test:80\r\n\r\n');
  await once(client, 'end');
  await expect
    .poll(() => new Promise((resolve) => server.httpServer.getConnections((_, count) => resolve(count))), {
      timeout: 10_000,
    })
    .toBe(0);
});

it('stop of a dispatcher does not wait for work that never ends', async () => {
  const dispatcher = createDispatcher(
    {
      '/': lint((_request: Request, context: RequestContext) => {
        context.waitUntil(new Promise(() => undefined));
        return new Response();
      }),
    },
    { workTimeoutMs: 50 },
  );
  await dispatcher.start();
  await dispatcher.fetch(new Request('http://h.test/'));
  await dispatcher.stop();
});

describe('content-length that does not match', () => {
  const bodies: readonly [name: string, write: (response: ServerResponse) => void][] = [
    ['L9 short, in one go', (response) => response.setHeader('content-length', 10).end('abc')],
    ['A6.93 long, in one go', (response) => response.setHeader('content-length', 2).end('abcdef')],
    [
      'A6.92 short, in pieces',
      (response) =>
        void (response.writeHead(200, { 'content-length': 10 }), response.write('a'), response.end('b')),
    ],
    [
      'long, in pieces',
      (response) =>
        void (
          response.writeHead(200, { 'content-length': 2 }),
          response.write('a'),
          response.write('bc'),
          response.end()
        ),
    ],
    ['nothing', (response) => response.writeHead(200, { 'content-length': 2 }).end()],
    [
      'later, out of reach',
      (response) => void setImmediate(() => response.setHeader('content-length', 2).end('abc')),
    ],
  ];

  it.each(bodies)('cuts the connection and reports: %s', async (_name, write) => {
    const application = fromNode((_request, response) => write(response), { name: 'liar' });
    const { connect: open, reports } = await openServer(createDispatcher({ '/': application }));
    const connection = await open();
    await connection.write(GET);
    const text = (await connection.takeRest()).toString();
    expect(text.split('HTTP/1.1 ').length).toBeLessThanOrEqual(2);
    expect(text).not.toMatch(/abc/);
    expect(reports).toMatchObject([
      { error: { code: 'VIADUCT_E_BODY_LENGTH' }, info: { application: { name: 'liar' } } },
    ]);
  });

  it('of Koa cuts the connection and reports', async () => {
    const { default: Koa } = await import('koa');
    const { fromKoa } = await import('@viaduct/koa');
    const app = new Koa();
    app.use((ctx) => {
      ctx.body = 'hello';
      ctx.length = 3;
    });
    const { connect: open, reports } = await openServer(fromKoa(app));
    const connection = await open();
    await connection.write(GET);
    expect((await connection.takeRest()).toString()).not.toContain('hello');
    expect(reports).toMatchObject([{ error: { code: 'VIADUCT_E_BODY_LENGTH' } }]);
  });

  it.each<[name: string, request: string, write: (response: ServerResponse) => void]>([
    ['HEAD', 'HEAD', (response) => response.setHeader('content-length', 10).end()],
    ['304', 'GET', (response) => response.writeHead(304, { 'content-length': 10 }).end()],
    ['204', 'GET', (response) => response.writeHead(204).end()],
    ['the right length', 'GET', (response) => response.setHeader('content-length', 3).end('abc')],
    [
      'the right length in another encoding',
      'GET',
      (response) => response.setHeader('content-length', 3).end('YWJj', 'base64'),
    ],
    ['no length', 'GET', (response) => void (response.write('a'), response.end('bc'))],
  ])('leaves alone what is right: %s', async (_name, method, write) => {
    const application = fromNode((_request, response) => write(response));
    const { connect: open, reports } = await openServer(application);
    const connection = await open();
    for (let index = 0; index < 2; index += 1) {
      await connection.write(`${method} / HTTP/1.1\r\nHost: h.test\r\n\r\n`);
      await connection.read(method);
    }
    expect(reports).toEqual([]);
  });
});
