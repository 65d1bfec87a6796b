import { createDispatcher, type Outcome, withHooks } from 'viaduct';
import { expect, it, vi } from 'vitest';
import { defer } from './deferred.js';
import { everyKindOnSockets } from './every-way.js';
import { toBytes } from './message.js';
import { openServer } from './opened-server.js';

everyKindOnSockets(({ kind }) => {
  it('A7.112 after a normal end callbacks run once, the last registered first', async () => {
    const trail: string[] = [];
    const application = kind.create(({ context }) => {
      for (const name of ['first', 'second', 'third']) {
        context.onFinished(({ kind: end, status }) => void trail.push(`${name} ${end} ${status}`));
      }
      return { status: 201, body: 'done' };
    });
    const { connect } = await openServer(createDispatcher({ '/foo': application }));
    const connection = await connect();
    await connection.write(toBytes({ target: '/foo' }));
    expect((await connection.read()).body.toString()).toBe('done');
    await vi.waitFor(() => expect(trail).toHaveLength(3));
    await connection.write(toBytes({ target: '/nobody' }));
    await connection.read();
    expect(trail).toEqual(['third completed 201', 'second completed 201', 'first completed 201']);
  });

  it('A7.112 callbacks do not run before the last byte is on its way', async () => {
    const goOn = defer();
    const onFinished = vi.fn<(outcome: Outcome) => void>();
    async function* body(): AsyncGenerator<Buffer, void, undefined> {
      yield Buffer.from('one');
      await goOn.promise;
      yield Buffer.from('two');
    }
    const application = kind.create(({ context }) => {
      context.onFinished(onFinished);
      return { body: body() };
    });
    const { connect } = await openServer(createDispatcher({ '/foo': application }));
    const connection = await connect();
    await connection.write(toBytes({ target: '/foo' }));
    await connection.waitFor('one');
    expect(onFinished).not.toHaveBeenCalled();
    goOn.resolve();
    expect((await connection.read()).body.toString()).toBe('onetwo');
    await vi.waitFor(() => expect(onFinished).toHaveBeenCalledTimes(1));
    expect(onFinished).toHaveBeenCalledWith({ kind: 'completed', status: 200 });
  });

  it('A7.113 when the client goes away the stream is ended and callbacks run once, with aborted', async () => {
    const ended = defer();
    const outcomes: Outcome[] = [];
    const aborted = vi.fn<() => void>();
    async function* body(): AsyncGenerator<Buffer, void, undefined> {
      try {
        for (;;) yield Buffer.alloc(64 * 1024, 'x');
      } finally {
        ended.resolve();
      }
    }
    const application = kind.create(({ context }) => {
      context.onFinished((outcome) => void outcomes.push(outcome));
      context.signal.addEventListener('abort', aborted);
      return { body: body() };
    });
    const { connect, reports } = await openServer(createDispatcher({ '/foo': application }));
    const connection = await connect();
    await connection.write(toBytes({ target: '/foo' }));
    await connection.waitFor('xxx');
    connection.reset();
    await ended.promise;
    await vi.waitFor(() => expect(outcomes).toHaveLength(1));
    expect(outcomes).toEqual([{ kind: 'aborted', status: 200 }]);
    expect(aborted).toHaveBeenCalledTimes(1);
    expect(reports).toEqual([]);
  });

  it('A7.114 when the application throws callbacks run once, with the error where Viaduct has it', async () => {
    const outcomes: Outcome[] = [];
    const failure = new Error('thrown by the test');
    const application = kind.create(({ context }) => {
      context.onFinished((outcome) => void outcomes.push(outcome));
      throw failure;
    });
    const { connect } = await openServer(createDispatcher({ '/foo': application }));
    const connection = await connect();
    await connection.write(toBytes({ target: '/foo' }));
    expect((await connection.read()).status).toBe(500);
    await vi.waitFor(() => expect(outcomes).toHaveLength(1));
    // Koa and Fastify answer errors themselves: to Viaduct, theirs is an answer like any other.
    expect(outcomes).toEqual([
      kind.catchesErrors
        ? { kind: 'completed', status: 500 }
        : { kind: 'failed', status: 500, error: failure },
    ]);
  });

  it('A7.115 when the body stream fails the connection is cut and callbacks run once', async () => {
    const outcomes: Outcome[] = [];
    const failure = new Error('thrown by the test');
    const goOn = defer();
    async function* body(): AsyncGenerator<Buffer, void, undefined> {
      yield Buffer.from('one');
      await goOn.promise;
      throw failure;
    }
    const application = kind.create(({ context }) => {
      context.onFinished((outcome) => void outcomes.push(outcome));
      return { body: body() };
    });
    const { connect, reports } = await openServer(createDispatcher({ '/foo': application }));
    const connection = await connect();
    await connection.write(toBytes({ target: '/foo' }));
    await connection.waitFor('one');
    goOn.resolve();
    await expect(connection.read()).rejects.toThrow('ended too early');
    await vi.waitFor(() => expect(outcomes).toHaveLength(1));
    expect(outcomes).toEqual([
      kind.catchesErrors ? { kind: 'aborted', status: 200 } : { kind: 'failed', status: 200, error: failure },
    ]);
    if (!kind.catchesErrors) expect(reports.map(({ error }) => error)).toEqual([failure]);
  });

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('A7.116 callbacks run once when there is no body to read: %s, %i', async (method, status) => {
    const onFinished = vi.fn<(outcome: Outcome) => void>();
    const application = kind.create(({ context }) => {
      context.onFinished(onFinished);
      return { status };
    });
    const { connect } = await openServer(createDispatcher({ '/foo': application }));
    const connection = await connect();
    await connection.write(toBytes({ method, target: '/foo' }));
    expect((await connection.read(method)).status).toBe(status);
    await vi.waitFor(() => expect(onFinished).toHaveBeenCalledTimes(1));
    await connection.write(toBytes({ target: '/nobody' }));
    await connection.read();
    expect(onFinished.mock.calls).toEqual([[{ kind: 'completed', status }]]);
  });

  it('A7.117 when a hook answers in its place the callbacks of both run', async () => {
    const trail: string[] = [];
    const application = withHooks(
      kind.create(() => ({})),
      {
        onRequest(_head, context) {
          context.onFinished(({ status }) => void trail.push(`hook ${status}`));
          return new Response('early', { status: 403 });
        },
      },
    );
    const { connect } = await openServer(createDispatcher({ '/foo': application }));
    const connection = await connect();
    await connection.write(toBytes({ target: '/foo' }));
    expect((await connection.read()).status).toBe(403);
    await vi.waitFor(() => expect(trail).toEqual(['hook 403']));
  });

  it('A7.119 a callback that fails stops no other, and is reported once', async () => {
    const failure = new Error('thrown by the test');
    const trail: string[] = [];
    const application = kind.create(({ context }) => {
      context.onFinished(() => void trail.push('first'));
      context.onFinished(() => {
        throw failure;
      });
      context.onFinished(() => Promise.reject(failure));
      context.onFinished(() => void trail.push('last'));
      return { body: 'done' };
    });
    const { connect, reports } = await openServer(createDispatcher({ '/foo': application }));
    const connection = await connect();
    await connection.write(toBytes({ target: '/foo' }));
    await connection.read();
    await vi.waitFor(() => expect(reports).toHaveLength(2));
    expect(trail).toEqual(['last', 'first']);
    expect(reports.map(({ error }) => error)).toEqual([failure, failure]);
  });

  it('A7.120 a callback that is registered after the end runs at once, with the outcome', async () => {
    const late = defer<Outcome>();
    const application = kind.create(({ context }) => {
      context.onFinished(() => {
        context.onFinished((outcome) => late.resolve(outcome));
      });
      return { body: 'done' };
    });
    const { connect } = await openServer(createDispatcher({ '/foo': application }));
    const connection = await connect();
    await connection.write(toBytes({ target: '/foo' }));
    await connection.read();
    expect(await late.promise).toEqual({ kind: 'completed', status: 200 });
  });
});
