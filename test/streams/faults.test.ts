import type { Outcome } from 'viaduct';
import { describe, it, vi } from 'vitest';
import { defer } from '../conformance/deferred.js';
import { toBytes } from '../conformance/message.js';
import { openWay } from './opened-way.js';
import { WAYS } from './passages.js';

describe.concurrent.each(WAYS)('a streamed answer of $title', (way) => {
  it('A6.102, A6.104, F7: that fails after its first piece is cut, with one head and no end, and onFinished runs once', async ({
    expect,
    onTestFinished,
  }) => {
    const received = defer();
    const outcomes: Outcome['kind'][] = [];
    async function* body(): AsyncGenerator<Buffer, void, undefined> {
      yield Buffer.from('the first piece');
      await received.promise;
      throw new Error('midway');
    }
    const { connect, reports } = await openWay(
      way,
      ({ url, context }) => {
        if (url.startsWith('/sound')) return { body: 'sound' };
        context.onFinished(({ kind }) => void outcomes.push(kind));
        return { body: body() };
      },
      { onTestFinished },
    );
    const connection = await connect();
    await connection.write(toBytes({ target: '/app/broken' }));
    await connection.waitFor('the first piece');
    received.resolve();
    const wire = (await connection.takeRest()).toString('latin1');
    expect(wire.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(wire).not.toMatch(/\r\n0\r\n\r\n$/);
    await vi.waitFor(() => expect(outcomes).toHaveLength(1));
    expect(outcomes[0]).not.toBe('completed');
    // A host that cuts an answer of its own because of it is a second failure, and another application's.
    expect(reports.filter((error) => String(error).includes('midway')).length).toBeLessThanOrEqual(1);
    const next = await connect();
    await next.write(toBytes({ target: '/app/sound' }));
    expect((await next.read()).body.toString()).toBe('sound');
  });

  it('A6.100: is not ended by an empty piece', async ({ expect, onTestFinished }) => {
    async function* body(): AsyncGenerator<Buffer, void, undefined> {
      yield Buffer.from('before ');
      yield Buffer.alloc(0);
      yield Buffer.from('after');
    }
    // An empty piece is against the contract (B4 of lint), and harmless all the same.
    const { connect } = await openWay(way, () => ({ body: body() }), { onTestFinished }, ['B4']);
    const connection = await connect();
    await connection.write(toBytes({ target: '/app/x' }));
    expect((await connection.read()).body.toString()).toBe('before after');
  });
});
