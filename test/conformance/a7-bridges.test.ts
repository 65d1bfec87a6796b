import { setImmediate as turn } from 'node:timers/promises';
import { type Application, createDispatcher, type Outcome } from 'viaduct';
import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';
import { describe, expect, it, vi } from 'vitest';
import { everyKindOnSockets } from './every-way.js';
import { toBytes } from './message.js';
import { openServer } from './opened-server.js';

describe('the frameworks’ own events', () => {
  it('A7.121 onResponse of Fastify fires once for each answer', async () => {
    const onResponse = vi.fn<() => void>();
    const app = fastify();
    app.addHook('onResponse', async () => onResponse());
    app.get('/x', async () => 'x');
    await expectCalls(fromFastify(app), onResponse);
  });

  it('A7.121 finish and close of the response fire once for each answer of Koa', async () => {
    const onFinish = vi.fn<() => void>();
    const onClose = vi.fn<() => void>();
    const app = new Koa().use((ctx) => {
      ctx.res.once('finish', () => onFinish()).once('close', () => onClose());
      ctx.res.on('finish', () => expect(onFinish).toHaveBeenCalled());
      ctx.body = 'x';
    });
    await expectCalls(fromKoa(app), onClose);
    expect(onFinish).toHaveBeenCalledTimes(3);
  });

  async function expectCalls(application: Application, listener: () => void): Promise<void> {
    const { connect } = await openServer(createDispatcher({ '/foo': application }));
    const connection = await connect();
    for (const method of ['GET', 'HEAD', 'GET']) {
      await connection.write(toBytes({ method, target: '/foo/x' }));
      expect((await connection.read(method)).status).toBe(200);
    }
    await vi.waitFor(() => expect(listener).toHaveBeenCalledTimes(3));
    await connection.write(toBytes({ target: '/nobody' }));
    await connection.read();
    expect(listener).toHaveBeenCalledTimes(3);
  }
});

describe('around a fetch handler', () => {
  it('A7.117 a body that a middleware drops is cancelled, and the callbacks of its application run', async () => {
    const cancel = vi.fn<() => void>();
    const outcomes: Outcome[] = [];
    const inner: Application = {
      fetch(_request, context) {
        context?.onFinished((outcome) => void outcomes.push(outcome));
        return new Response(new ReadableStream({ cancel }));
      },
    };
    const replacing: Application = {
      async fetch(request, context) {
        await dispatcher.fetch(request, context);
        return new Response('replaced', { status: 418 });
      },
    };
    const dispatcher = createDispatcher({ '/': inner });
    const { connect } = await openServer(createDispatcher({ '/': replacing }));
    const connection = await connect();
    await connection.write(toBytes({ target: '/' }));
    expect((await connection.read()).body.toString()).toBe('replaced');
    await vi.waitFor(() => expect(outcomes).toEqual([{ kind: 'completed', status: 418 }]));
    expect(cancel).toHaveBeenCalledTimes(1);
  });
});

everyKindOnSockets(({ kind }) => {
  it('A7.123, A7.124 500 clients that go away leave nothing behind and nothing to read', async () => {
    const print = vi.spyOn(console, 'error');
    let ended = 0;
    let finished = 0;
    async function* body(): AsyncGenerator<Buffer, void, undefined> {
      try {
        for (;;) {
          yield Buffer.from('xxxxx');
          await turn();
        }
      } finally {
        ended += 1;
      }
    }
    const application = kind.create(({ context }) => {
      context.onFinished(() => void (finished += 1));
      return { body: body() };
    });
    const { server, connect, reports } = await openServer(createDispatcher({ '/foo': application }));
    const before = resources();
    for (let round = 0; round < 10; round += 1) {
      const connections = await Promise.all(Array.from({ length: 50 }, () => connect()));
      await Promise.all(
        connections.map(async (connection) => {
          await connection.write(toBytes({ target: '/foo' }));
          await connection.waitFor('xxx');
          connection.reset();
          await connection.closed;
        }),
      );
    }
    await vi.waitFor(() => expect([ended, finished]).toEqual([500, 500]), { timeout: 5000 });
    const open = await new Promise((resolve) =>
      server.httpServer.getConnections((_error, count) => resolve(count)),
    );
    expect(open).toBe(0);
    expect(resources()).toBeLessThanOrEqual(before);
    expect(reports).toEqual([]);
    expect(print).not.toHaveBeenCalled();
    print.mockRestore();
  });
});

function resources(): number {
  return process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;
}
