import type { Outcome } from 'viaduct';
import { describe, it, vi } from 'vitest';
import { defer } from '../conformance/deferred.js';
import { toBytes } from '../conformance/message.js';
import { openWay } from './opened-way.js';
import { WAYS } from './passages.js';

const REQUEST = toBytes({ target: '/app/events' });
const HEADERS = { 'content-type': 'text/event-stream' };

describe.concurrent.each(WAYS)('server-sent events of $title', (way) => {
  it('A6.98, A6.99, L13: are each on their way before the next is made', async ({
    expect,
    onTestFinished,
  }) => {
    const events = ['one', 'two', 'three'];
    const confirmed = new Map(events.map((event) => [event, defer()]));
    async function* body(): AsyncGenerator<Buffer, void, undefined> {
      for (const event of events) {
        yield Buffer.from(`data: ${event}\n\n`);
        // Made only when the client has the one before: an answer that is held back anywhere stands still.
        await confirmed.get(event)?.promise;
      }
    }
    const { connect, reports } = await openWay(way, () => ({ headers: HEADERS, body: body() }), {
      onTestFinished,
    });
    const connection = await connect();
    await connection.write(REQUEST);
    for (const event of events) {
      await connection.waitFor(`data: ${event}\n\n`);
      confirmed.get(event)?.resolve();
    }
    const { status, body: received } = await connection.read();
    expect([status, received.toString()]).toEqual([200, 'data: one\n\ndata: two\n\ndata: three\n\n']);
    expect(reports).toEqual([]);
  });

  it('L13, A7.113: end with their client: the generator, the signal once, onFinished once', async ({
    expect,
    onTestFinished,
  }) => {
    const ended = vi.fn<() => void>();
    const aborted = vi.fn<() => void>();
    const outcomes: Outcome['kind'][] = [];
    async function* body(signal: AbortSignal): AsyncGenerator<Buffer, void, undefined> {
      try {
        for (;;) {
          yield Buffer.from('data: tick\n\n');
          await nextTick(signal);
        }
      } finally {
        ended();
      }
    }
    const { connect, reports } = await openWay(
      way,
      ({ context }) => {
        context.onFinished(({ kind }) => void outcomes.push(kind));
        context.signal.addEventListener('abort', aborted);
        return { headers: HEADERS, body: body(context.signal) };
      },
      { onTestFinished },
    );
    const connection = await connect();
    await connection.write(REQUEST);
    await connection.waitFor('data: tick\n\n');
    connection.reset();
    await vi.waitFor(() => expect([ended.mock.calls.length, outcomes]).toEqual([1, ['aborted']]), {
      timeout: 5_000,
    });
    expect(aborted).toHaveBeenCalledTimes(1);
    // Another request goes all the way, so that a second call would have come by now.
    const next = await connect();
    await next.write(REQUEST);
    await next.waitFor('data: tick\n\n');
    next.reset();
    await vi.waitFor(() => expect(outcomes).toEqual(['aborted', 'aborted']), { timeout: 5_000 });
    expect([aborted.mock.calls.length, reports]).toEqual([2, []]);
  });
});

/** The next event of an application that waits for it, and for the client's end. */
function nextTick(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 20);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
