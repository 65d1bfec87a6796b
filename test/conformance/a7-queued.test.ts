import { createDispatcher, type Outcome } from 'viaduct';
import { expect, it, vi } from 'vitest';
import { defer } from './deferred.js';
import { everyKindOnSockets } from './every-way.js';
import { toBytes } from './message.js';
import { openServer } from './opened-server.js';

everyKindOnSockets(({ kind }) => {
  it('L1, A7.113 requests that are queued behind another end too when their client goes away', async () => {
    const outcomes: Outcome['kind'][] = [];
    let aborted = 0;
    let begun = 0;
    const gate = defer();
    const application = kind.create(async ({ context }) => {
      context.onFinished(({ kind: how }) => void outcomes.push(how));
      context.signal.addEventListener('abort', () => (aborted += 1));
      begun += 1;
      await gate.promise;
      return { body: 'late' };
    });
    const { connect, reports } = await openServer(createDispatcher({ '/': application }));
    const connection = await connect();
    // More than an emitter takes listeners of one kind without a warning.
    const requests = Array.from({ length: 15 }, (_, index) => toBytes({ target: `/${index}` }));
    const warn = vi.fn<() => void>();
    process.once('warning', warn);
    await connection.write(Buffer.concat(requests));
    await vi.waitFor(() => expect(begun).toBe(15));
    const next = await connect();
    await next.write(toBytes({ target: '/other' }));
    connection.reset();
    await vi.waitFor(() => expect([outcomes.length, aborted]).toEqual([15, 15]));
    expect(new Set(outcomes)).toEqual(new Set(['aborted']));
    gate.resolve();
    expect((await next.read()).body.toString()).toBe('late');
    expect([reports, warn.mock.calls]).toEqual([[], []]);
    process.off('warning', warn);
  });

  it('N15 pipelined requests are answered in their order, though the first takes longest', async () => {
    const gate = defer();
    const application = kind.create(async ({ url }) => {
      if (url === '/first') await gate.promise;
      return { body: url };
    });
    const { connect } = await openServer(createDispatcher({ '/': application }));
    const connection = await connect();
    const targets = ['/first', '/second', '/third'];
    await connection.write(Buffer.concat(targets.map((target) => toBytes({ target }))));
    gate.resolve();
    for (const target of targets) expect((await connection.read()).body.toString()).toBe(target);
  });
});
