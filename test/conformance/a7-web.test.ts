import { setImmediate as turn } from 'node:timers/promises';
import { createDispatcher, type Outcome } from 'viaduct';
import { describe, expect, it, vi } from 'vitest';
import { defer } from './deferred.js';
import { KINDS } from './kinds.js';

describe.each(KINDS)('$name, called as a fetch handler', (kind) => {
  it('A7.113 whose answer is cancelled ends its stream and runs callbacks once, with aborted', async () => {
    const ended = defer();
    const outcomes: Outcome[] = [];
    async function* body(): AsyncGenerator<Buffer, void, undefined> {
      try {
        for (;;) yield Buffer.alloc(1024, 'x');
      } finally {
        ended.resolve();
      }
    }
    const application = kind.create(({ context }) => {
      context.onFinished((outcome) => void outcomes.push(outcome));
      return { body: body() };
    });
    const response = await createDispatcher({ '/foo': application }).fetch(
      new Request('http://viaduct.test/foo'),
    );
    const reader = response.body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    expect(outcomes).toEqual([]);
    await reader?.cancel();
    await ended.promise;
    await vi.waitFor(() => expect(outcomes).toEqual([{ kind: 'aborted', status: 200 }]));
  });

  it('A7.113 whose request is aborted before it answers aborts the context’s signal, and is no failure', async () => {
    const arrived = defer();
    const aborted = defer();
    const outcomes: Outcome[] = [];
    const application = kind.create(async ({ context }) => {
      context.onFinished((outcome) => void outcomes.push(outcome));
      context.signal.addEventListener('abort', () => aborted.resolve());
      arrived.resolve();
      await aborted.promise;
      await turn();
      return { body: 'too late' };
    });
    const client = new AbortController();
    const request = new Request('http://viaduct.test/foo', { signal: client.signal });
    const onError = vi.fn<() => void>();
    const answer = createDispatcher({ '/foo': application }, { onError }).fetch(request);
    await arrived.promise;
    client.abort();
    await aborted.promise;
    await answer.then((response) => response.body?.cancel()).catch(() => undefined);
    await vi.waitFor(() => expect(outcomes.map((outcome) => outcome.kind)).toEqual(['aborted']));
    expect(onError).not.toHaveBeenCalled();
  });
});
