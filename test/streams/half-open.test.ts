import type { Outcome } from 'viaduct';
import { expect, it, vi } from 'vitest';
import { defer } from '../conformance/deferred.js';
import { everyKindOnSockets } from '../conformance/every-way.js';
import { toBytes } from '../conformance/message.js';
import { openServer } from '../conformance/opened-server.js';

everyKindOnSockets(({ kind }) => {
  it('L2: a client that has closed its sending side gets its answers, where allowHalfOpen is true', async () => {
    const halfClosed = defer();
    const outcomes: Outcome['kind'][] = [];
    const application = kind.create(async ({ url, context }) => {
      context.onFinished(({ kind: how }) => void outcomes.push(how));
      await halfClosed.promise;
      return { body: url };
    });
    const { connect, server } = await openServer(application, { allowHalfOpen: true });
    const ended = new Promise((resolve) => {
      server.httpServer.once('connection', (socket) => socket.once('end', resolve));
    });
    const connection = await connect();
    connection.socket.end(Buffer.concat([toBytes({ target: '/one' }), toBytes({ target: '/two' })]));
    await ended;
    halfClosed.resolve();
    expect((await connection.read()).body.toString()).toBe('/one');
    expect((await connection.read()).body.toString()).toBe('/two');
    await connection.closed;
    await vi.waitFor(() => expect(outcomes).toEqual(['completed', 'completed']));
  });

  it('L2: it counts as gone where nothing is said: the signal once, onFinished once', async () => {
    const outcomes: Outcome['kind'][] = [];
    const aborted = vi.fn<() => void>();
    const never = defer();
    const application = kind.create(async ({ context }) => {
      context.onFinished(({ kind: how }) => void outcomes.push(how));
      context.signal.addEventListener('abort', aborted);
      await never.promise;
      return { body: 'late' };
    });
    const { connect, reports } = await openServer(application);
    const connection = await connect();
    connection.socket.end(toBytes({ target: '/' }));
    await connection.closed;
    await vi.waitFor(() => expect([outcomes, aborted.mock.calls.length]).toEqual([['aborted'], 1]));
    never.resolve();
    expect(reports).toEqual([]);
  });
});
