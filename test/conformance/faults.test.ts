import {
  type Application,
  createDispatcher,
  type ErrorListener,
  fromNode,
  type Guard,
  withHooks,
} from 'viaduct';
import { fromKoa } from '@viaduct/koa';
import Koa from 'koa';
import onHeaders from 'on-headers';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { everyKindOnSockets } from './every-way.js';
import { FACES, nodeFace } from './faces.js';
import { toBytes } from './message.js';
import { openServer } from './opened-server.js';
import { valuesOf } from './wire-response.js';

const THROWN: [name: string, value: unknown][] = [
  ['an Error', new Error('secret words')],
  ['undefined', undefined],
  ['null', null],
  ['a string', 'secret words'],
  ['a symbol', Symbol('secret words')],
  ['an object that cannot be printed', Object.create(null)],
  ['false', false],
  ['zero', 0],
  ['an empty string', ''],
  ['a function', () => undefined],
  ['an Error that is frozen', Object.freeze(new Error('secret words'))],
];

everyKindOnSockets(({ kind }) => {
  it.each(THROWN)(
    'F1, F2, F3 an application that throws %s answers 500, and the connection serves on',
    async (_name, value) => {
      const table = createDispatcher({
        '/bad': kind.create(() => {
          throw value;
        }),
        '/good': kind.create(() => ({ body: 'fine' })),
      });
      const { connect, reports } = await openServer(table);
      const connection = await connect();
      for (let round = 0; round < 2; round += 1) {
        await connection.write(toBytes({ target: '/bad' }));
        const { status, body } = await connection.read();
        expect(status).toBe(500);
        // Fastify answers with the message of an error, as it does alone.
        if (kind.name !== 'Fastify') expect(body.toString()).toBe('Internal Server Error');
        await connection.write(toBytes({ target: '/good' }));
        expect((await connection.read()).body.toString()).toBe('fine');
      }
      if (kind.catchesErrors) return;
      expect(reports.map(({ error }) => error)).toEqual([value, value]);
      expect(reports[0]?.info.mounts).toEqual(['/bad']);
    },
  );
});

everyKindOnSockets(({ kind }) => {
  it('A6.105 errors and refusals of a mounted application reach what stands outside of its dispatcher', async () => {
    const failure = new Error('thrown by the test');
    const heard: unknown[] = [];
    const inner = createDispatcher({
      '/bad': kind.create(() => {
        throw failure;
      }),
      '/closed': kind.create(() => ({ status: 403, body: 'no' })),
    });
    const outer = createDispatcher({ '/inner': inner }, { onError: (error) => void heard.push(error) });
    const hooked = withHooks(outer, { onResponse: ({ headers }) => headers.set('x-outer', 'seen') });
    const { connect } = await openServer(hooked);
    const connection = await connect();
    for (const [target, status] of [
      ['/inner/closed', 403],
      ['/inner/bad', 500],
    ] as const) {
      await connection.write(toBytes({ target }));
      const answer = await connection.read();
      expect([answer.status, ...valuesOf(answer, 'x-outer')]).toEqual([status, 'seen']);
    }
    // Koa and Fastify answer errors themselves.
    expect(heard).toEqual(kind.catchesErrors ? [] : [failure]);
  });
});

describe('a native handler', () => {
  it('that throws after the head went out has its connection cut, and is reported once', async () => {
    const failure = new Error('thrown by the test');
    const application = fromNode((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/plain' });
      res.write('half');
      throw failure;
    });
    const { connect, reports } = await openServer(createDispatcher({ '/bad': application }));
    const connection = await connect();
    await connection.write(toBytes({ target: '/bad' }));
    await expect(connection.read()).rejects.toThrow('ended too early');
    expect(reports.map(({ error }) => error)).toEqual([failure]);
  });

  it('that throws after it had set headers leaves none of them on the 500', async () => {
    const application = fromNode((_req, res) => {
      res.setHeader('content-length', '100');
      res.setHeader('x-secret', '1');
      throw new Error('thrown by the test');
    });
    const door = await nodeFace.open(createDispatcher({ '/bad': application }));
    const { status, text, values } = await door.send({ target: '/bad' });
    expect([status, text, values('x-secret')]).toEqual([500, 'Internal Server Error', []]);
    await door.close();
  });
});

describe('a header listener that throws', () => {
  const CHUNKED =
    'POST /bad HTTP/1.1\r\nHost: h.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n';
  const GET = 'GET /bad HTTP/1.1\r\nHost: h.test\r\n\r\n';
  const first = new Error('of the handler');
  const second = new Error('of the listener');

  it.each([
    ['has thrown', GET, () => Promise.reject(first)],
    ['does not answer in time', GET, () => new Promise<void>(() => undefined)],
    ['is sent too much', CHUNKED, () => new Promise<void>(() => undefined)],
  ])('cuts the connection of a handler that %s, and is reported once', async (_name, bytes, answer) => {
    const application = fromNode((request, response) => {
      onHeaders(response, () => {
        throw second;
      });
      request.on('error', () => undefined).resume();
      return answer();
    });
    const table = createDispatcher({ '/bad': application, '/': () => new Response('fine') });
    const { connect, reports } = await openServer(table, { handlerTimeoutMs: 100, maxBodyBytes: 3 });
    const connection = await connect();
    await connection.write(bytes);
    await connection.closed;
    expect(connection.unread).toBe('');
    expect(reports.filter(({ error }) => error === second)).toHaveLength(1);
    const another = await connect();
    await another.write(toBytes({ target: '/' }));
    expect((await another.read()).body.toString()).toBe('fine');
  });

  it('keeps no other from being answered when its time is over', async () => {
    const stuck = fromNode((request, response) => {
      if (request.url !== '/bad') return;
      Object.defineProperty(response, 'headersSent', {
        get() {
          throw second;
        },
      });
    });
    const { connect, reports } = await openServer(stuck, { handlerTimeoutMs: 100 });
    const bad = await connect();
    await bad.write(GET);
    const good = await connect();
    await good.write(toBytes({ target: '/good' }));
    expect((await good.read()).status).toBe(504);
    await bad.closed;
    expect(reports.map(({ error }) => error)).toContain(second);
  });
});

describe('a fetch handler', () => {
  it.each([
    ['nothing', undefined],
    ['a string', 'hello'],
    ['an object', { status: 200 }],
  ])('that answers with %s instead of a Response gets 500, and is named', async (_name, answer) => {
    const application = { name: 'shop', fetch: () => answer as never };
    const { connect, reports } = await openServer(createDispatcher({ '/shop': application }));
    const connection = await connect();
    await connection.write(toBytes({ target: '/shop' }));
    expect((await connection.read()).status).toBe(500);
    expect(String(reports[0]?.error)).toContain('"shop"');
  });
});

describe.each(FACES)('on the $name', (face) => {
  const refused: Application = { fetch: () => Response.error() };

  async function send(application: Application): Promise<unknown[]> {
    const errors: unknown[] = [];
    const table = createDispatcher({ '/x': application }, { onError: (error) => void errors.push(error) });
    const door = await face.open(table);
    onTestFinished(() => door.close());
    const { status } = await door.send({ target: '/x/y' });
    return [status, ...errors];
  }

  describe.each<[name: string, create: (answer: Guard) => Application]>([
    ['a guard', (guard) => createDispatcher({ '/': refused }, { guards: { '/': guard } })],
    ['onRequest', (onRequest) => withHooks(refused, { onRequest })],
  ])('%s', (who, create) => {
    it.each([[true], [false], [null], ['no'], [{}]])(
      'that answers with %j refuses the request with 500, and is told of',
      async (answer) => {
        const error = expect.objectContaining({
          code: 'VIADUCT_E_NO_RESPONSE',
          message: expect.stringContaining(`${who} answered with `),
        });
        expect(await send(create(() => answer as never))).toEqual([500, error]);
        expect(await send(create(async () => answer as never))).toEqual([500, error]);
      },
    );
  });
});

describe.each(FACES)('onError on the $name', (face) => {
  it('is told what a guard of its own dispatcher fails with, mounted in another or not', async () => {
    const failure = new Error('thrown by the test');
    const told: unknown[] = [];
    const guard: Guard = () => {
      throw failure;
    };
    const guarded = createDispatcher(
      { '/': () => new Response('never') },
      { guards: { '/': guard }, onError: (error) => void told.push(error) },
    );
    const outer = createDispatcher({ '/in': guarded }, { onError: () => void told.push('the outer') });
    for (const [application, target] of [
      [guarded, '/x'],
      [outer, '/in/x'],
    ] as const) {
      const door = await face.open(application);
      onTestFinished(() => door.close());
      expect((await door.send({ target })).status).toBe(500);
      expect(door.errors).toEqual([]);
    }
    expect(told).toEqual([failure, failure]);
  });
});

describe('onError', () => {
  it('is called on the nearest dispatcher that has one, with application, mounts and context', async () => {
    const failing = { name: 'failing', fetch: () => Promise.reject(new Error('thrown by the test')) };
    const inner: unknown[] = [];
    const outer: unknown[] = [];
    const table = createDispatcher(
      {
        '/one': createDispatcher(
          { '/deep': failing },
          {
            onError: (_error, { application, mounts, context }) =>
              inner.push(application?.name, mounts, context?.path),
          },
        ),
        '/two': createDispatcher({ '/deep': failing }),
      },
      { onError: (_error, { mounts }) => outer.push(mounts) },
    );
    const { connect, reports } = await openServer(table);
    const connection = await connect();
    for (const target of ['/one/deep/x', '/two/deep/x']) {
      await connection.write(toBytes({ target }));
      expect((await connection.read()).status).toBe(500);
    }
    expect(inner).toEqual(['failing', ['/one', '/deep'], '/x']);
    expect(outer).toEqual([['/two', '/deep']]);
    expect(reports).toEqual([]);
  });

  it.each<[string, ErrorListener]>([
    [
      'throws',
      () => {
        throw new Error('the listener fails too');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the listener fails too'))],
  ])('that %s does not harm the answer, and is printed with what it was told', async (_name, onError) => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const table = createDispatcher(
      { '/': () => Promise.reject(new Error('thrown by the test')) },
      { onError },
    );
    const { connect } = await openServer(table);
    const connection = await connect();
    await connection.write(toBytes({ target: '/' }));
    expect((await connection.read()).status).toBe(500);
    expect(print).toHaveBeenCalledTimes(1);
    print.mockRestore();
  });

  it('that is missing leaves even an error to be printed that cannot be', async () => {
    const print = vi.spyOn(console, 'error').mockImplementation((_message, error) => {
      if (error === unprintable) throw new Error('cannot be printed');
    });
    onTestFinished(() => print.mockRestore());
    const unprintable = new Error('thrown by the test');
    const table = createDispatcher({ '/': () => Promise.reject(unprintable) });
    expect((await table.fetch(new Request('http://h.test/'))).status).toBe(500);
    expect(print).toHaveBeenLastCalledWith(expect.any(String), 'thrown by the test');
  });
});

describe('Koa', () => {
  it('keeps its own error page behind the dispatcher', async () => {
    const app = new Koa();
    app.silent = true;
    app.use((ctx) => ctx.throw(418, 'short and stout'));
    const door = await nodeFace.open(createDispatcher({ '/pot': fromKoa(app) }));
    const { status, text } = await door.send({ target: '/pot' });
    expect([status, text]).toEqual([418, 'short and stout']);
    await door.close();
  });
});
