import {
  type Application,
  createDispatcher,
  type ErrorInfo,
  type ErrorListener,
  lint,
  withHooks,
} from 'viaduct';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';
import { describe, expect, it, vi } from 'vitest';
import { defer } from '../conformance/deferred.js';
import { KINDS } from '../conformance/kinds.js';
import { toBytes } from '../conformance/message.js';
import { openServer } from '../conformance/opened-server.js';
import { trailing } from '../conformance/trail-application.js';
import { valuesOf } from '../conformance/wire-response.js';

const failing = (thrown: unknown = new Error('no database')): Application => ({
  name: 'broken',
  fetch: () => new Response('started'),
  start() {
    throw thrown;
  },
});

/** A listener, and what it was told. */
function collect(): {
  readonly onError: ErrorListener;
  readonly told: { code: unknown; text: string; info: ErrorInfo }[];
} {
  const told: { code: unknown; text: string; info: ErrorInfo }[] = [];
  return {
    told,
    onError: (error, info) => {
      const { code, message } = error as { code?: unknown; message: string };
      told.push({ code, text: message, info });
    },
  };
}

describe.each(KINDS)("boot: 'isolate', beside $name", (kind) => {
  it('F13 an application that does not start answers 503 with Retry-After, and the other serves', async () => {
    const good = kind.create(() => ({ body: 'fine' }));
    const table = createDispatcher({ '/good': good, '/bad': lint(failing()) }, { boot: 'isolate' });
    const { connect, reports } = await openServer(table);
    const connection = await connect();
    for (const method of ['GET', 'POST', 'HEAD']) {
      await connection.write(toBytes({ method, target: '/bad/x' }));
      const answer = await connection.read(method);
      expect(answer.status).toBe(503);
      expect(Number(valuesOf(answer, 'retry-after')[0])).toBeGreaterThan(0);
      expect(answer.body.toString()).toBe(method === 'HEAD' ? '' : 'Service Unavailable');
      await connection.write(toBytes({ target: '/good' }));
      expect((await connection.read()).body.toString()).toBe('fine');
    }
    expect(table.mounts.map(({ key, status }) => [key, status])).toEqual([
      ['/good', 'running'],
      ['/bad', 'failed'],
    ]);
    expect(reports[0]?.error).toMatchObject({ code: 'VIADUCT_E_START', cause: new Error('no database') });
    expect(String(reports[0]?.error)).toContain('mount "/bad" failed to start: no database. It answers 503');
    expect(reports[0]?.info.mounts).toEqual(['/bad']);
    expect(reports[0]?.info.application?.name).toBe('broken');
  });
});

describe("boot: 'isolate'", () => {
  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a string', 'no'],
    ['a symbol', Symbol('no')],
  ])('F13 holds for a start that throws %s', async (_name, thrown) => {
    const { onError, told } = collect();
    const table = createDispatcher({ '/bad': failing(thrown) }, { boot: 'isolate', onError });
    await table.start();
    expect((await table.fetch(new Request('http://a.test/bad'))).status).toBe(503);
    expect(told).toHaveLength(1);
    await table.stop();
  });

  it('F13 an upgrade to an application that does not start gets 503 too', async () => {
    const upgrade = vi.fn<() => void>();
    const table = createDispatcher({ '/bad': { ...failing(), upgrade } }, { boot: 'isolate' });
    const { connect } = await openServer(table);
    const connection = await connect();
    const headers: [string, string][] = [
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
      ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
      ['Sec-WebSocket-Version', '13'],
    ];
    await connection.write(toBytes({ target: '/bad', headers }));
    const answer = await connection.read();
    expect(answer.status).toBe(503);
    expect(valuesOf(answer, 'retry-after')).toHaveLength(1);
    await connection.closed;
    expect(upgrade).not.toHaveBeenCalled();
  });

  it('F13 starts again after 1, 2, 4 … 60 s, and serves once the start succeeds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    try {
      let starts = 0;
      const flaky: Application = {
        fetch: () => new Response('up'),
        async start() {
          starts += 1;
          if (starts <= 8) throw new Error('not yet');
        },
      };
      const { onError, told } = collect();
      const table = createDispatcher({ '/flaky': lint(flaky) }, { boot: 'isolate', onError });
      const ask = (): Promise<Response> => table.fetch(new Request('http://a.test/flaky'));
      await table.start();
      for (const [index, delay] of [1, 2, 4, 8, 16, 32, 60, 60].entries()) {
        expect(starts).toBe(index + 1);
        expect(told.at(-1)?.text).toContain(`again in ${delay} s (attempt ${index + 1})`);
        const answer = await ask();
        expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, String(delay)]);
        await vi.advanceTimersByTimeAsync(delay * 1000 - 1);
        expect(starts).toBe(index + 1);
        await vi.advanceTimersByTimeAsync(1);
      }
      expect(starts).toBe(9);
      expect(table.mounts[0]?.status).toBe('running');
      expect(await (await ask()).text()).toBe('up');
      expect(told).toHaveLength(8);
      await table.stop();
      expect(table.mounts[0]?.status).toBe('stopped');
    } finally {
      vi.useRealTimers();
    }
  });

  it('F13 a stop ends the attempts, stops what runs in reverse, and leaves what never started alone', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    try {
      const trail: string[] = [];
      const table = createDispatcher(
        {
          '/a': trailing('a', trail),
          '/bad': trailing('bad', trail, { failsToStart: new Error('no') }),
          '/b': trailing('b', trail),
        },
        { boot: 'isolate', onError: () => undefined },
      );
      await table.start();
      trail.length = 0;
      await table.stop();
      await vi.advanceTimersByTimeAsync(120_000);
      expect(trail).toEqual(['b stops', 'b stopped', 'a stops', 'a stopped']);
      await table.start();
      expect(trail.slice(4)).toEqual(['a starts', 'a started', 'bad starts', 'b starts', 'b started']);
      await table.stop();
    } finally {
      vi.useRealTimers();
    }
  });

  it('F14 a start that takes too long is named and answers 503 until it is done, then serves', async () => {
    const goOn = defer();
    const slow: Application = { name: 'slow', fetch: () => new Response('up'), start: () => goOn.promise };
    const { onError, told } = collect();
    const table = createDispatcher(
      { '/slow': slow, '/good': () => new Response('fine') },
      { boot: 'isolate', startTimeoutMs: 20, onError },
    );
    await table.start();
    expect(told.map(({ code }) => code)).toEqual(['VIADUCT_E_START_TIMEOUT']);
    expect(told[0]?.text).toContain('mount "/slow" did not start within 20 ms');
    const ask = (path: string): Promise<Response> => table.fetch(new Request(`http://a.test${path}`));
    expect(table.mounts[0]?.status).toBe('starting');
    expect([(await ask('/slow')).status, (await ask('/good')).status]).toEqual([503, 200]);
    goOn.resolve();
    await vi.waitFor(() => expect(table.mounts[0]?.status).toBe('running'));
    expect((await ask('/slow')).status).toBe(200);
    await table.stop();
  });

  it('F13 a Fastify instance that failed is down for good, one made of a plugin starts again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    try {
      const app = fastify();
      app.register(async () => {
        throw new Error('no schema');
      });
      let starts = 0;
      const plugin = fromFastify(async (instance) => {
        starts += 1;
        if (starts === 1) throw new Error('no schema yet');
        instance.get('/', async () => 'up');
      });
      const { onError, told } = collect();
      const table = createDispatcher(
        { '/instance': fromFastify(app), '/plugin': plugin },
        { boot: 'isolate', onError },
      );
      await table.start();
      expect(told[0]?.text).toContain(
        'mount "/instance" failed to start: no schema. It answers 503, for good',
      );
      expect(told[1]?.text).toContain('again in 1 s');
      // Fastify's own timers run while time stands still.
      await vi.advanceTimersByTimeAsync(300_000);
      vi.useRealTimers();
      await vi.waitFor(() => expect(table.mounts.map(({ status }) => status)).toEqual(['failed', 'running']));
      expect(told).toHaveLength(2);
      const down = await table.fetch(new Request('http://a.test/instance'));
      expect([down.status, down.headers.get('retry-after')]).toEqual([503, '60']);
      expect(await (await table.fetch(new Request('http://a.test/plugin'))).text()).toBe('up');
      await table.stop();
    } finally {
      vi.useRealTimers();
    }
  });

  it('F13 in a nested dispatcher reports through the server, with all keys, also through hooks', async () => {
    const inner = createDispatcher(
      { '/deep': failing(), '/koa': fromKoa(new Koa().use((ctx) => void (ctx.body = 'koa'))) },
      { boot: 'isolate' },
    );
    const outer = createDispatcher({ '/outer': withHooks(lint(inner), {}) });
    const { connect, reports } = await openServer(outer);
    expect(reports.map(({ info }) => info.mounts)).toEqual([['/outer', '/deep']]);
    expect(outer.mounts[0]?.status).toBe('running');
    const connection = await connect();
    await connection.write(toBytes({ target: '/outer/deep' }));
    expect((await connection.read()).status).toBe(503);
    await connection.write(toBytes({ target: '/outer/koa' }));
    expect((await connection.read()).body.toString()).toBe('koa');
  });

  it('F13 around a dispatcher that fails as a whole answers 503 for all of it', async () => {
    const inner = createDispatcher({ '/good': () => new Response('fine'), '/bad': failing() });
    const { onError, told } = collect();
    const outer = createDispatcher(
      { '/inner': inner, '/': () => new Response('root') },
      { boot: 'isolate', onError },
    );
    await outer.start();
    const ask = (path: string): Promise<Response> => outer.fetch(new Request(`http://a.test${path}`));
    expect([(await ask('/inner/good')).status, (await ask('/')).status]).toEqual([503, 200]);
    expect(told[0]?.text).toContain(
      'mount "/inner" failed to start: mount "/bad" failed to start: no database',
    );
    await outer.stop();
  });

  it('asks applications of a dispatcher that nobody starts, as before', async () => {
    const table = createDispatcher({ '/': failing() }, { boot: 'isolate' });
    expect(await (await table.fetch(new Request('http://a.test/'))).text()).toBe('started');
    expect(table.mounts[0]?.status).toBe('stopped');
  });

  it('a boot that is neither is refused, and says what to write', () => {
    expect(() => createDispatcher({}, { boot: 'maybe' as never })).toThrow(
      `createDispatcher: boot is "maybe". Write 'fail' or 'isolate'.`,
    );
  });
});
