import { setImmediate as turn } from 'node:timers/promises';
import { createDispatcher, type ErrorListener, type Outcome, type RequestContext } from 'viaduct';
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

describe('a fetch handler, called as such', () => {
  it('A7.112 callbacks that are registered while the body streams run at its end', async () => {
    const trail: string[] = [];
    const dispatcher = createDispatcher({
      '/': (_request, context) =>
        new Response(
          ReadableStream.from(
            (async function* body() {
              context.onFinished(({ kind }) => void trail.push(kind));
              yield new TextEncoder().encode('one');
              trail.push('one');
              yield new TextEncoder().encode('two');
              trail.push('two');
            })(),
          ),
        ),
    });
    expect(await (await dispatcher.fetch(new Request('http://h.test/'))).text()).toBe('onetwo');
    expect(trail).toEqual(['one', 'two', 'completed']);
  });

  it('A7.115 a body that fails midway is told of, whether or not somebody waits for its end', async () => {
    const failure = new Error('thrown by the test');
    const told: unknown[] = [];
    const outcomes: Outcome[] = [];
    const onError: ErrorListener = (error, { mounts, application }) =>
      told.push([error, mounts, application?.name]);
    async function* body(): AsyncGenerator<Uint8Array, void, undefined> {
      yield new TextEncoder().encode('one');
      throw failure;
    }
    function broken(request: Request, context: RequestContext): Response {
      if (request.url.endsWith('/watched')) context.onFinished((outcome) => void outcomes.push(outcome));
      return new Response(ReadableStream.from(body()));
    }
    const inner = createDispatcher({ '/deep': broken });
    const dispatcher = createDispatcher({ '/in': inner }, { onError });
    for (const path of ['/in/deep/watched', '/in/deep/alone']) {
      const response = await dispatcher.fetch(new Request(`http://h.test${path}`));
      await expect(response.text()).rejects.toBe(failure);
    }
    const report = [failure, ['/in', '/deep'], 'broken'];
    expect(told).toEqual([report, report]);
    expect(outcomes).toEqual([{ kind: 'failed', status: 200, error: failure }]);
  });

  it('A7.116 the body of an answer to HEAD is let go of, and its headers stay', async () => {
    const outcomes: Outcome[] = [];
    const cancelled = vi.fn<() => void>();
    const dispatcher = createDispatcher({
      '/': (_request, context) => {
        context.onFinished((outcome) => void outcomes.push(outcome));
        const headers = { 'content-length': '3', etag: '"a"' };
        return new Response(new ReadableStream({ cancel: cancelled }), { status: 203, headers });
      },
    });
    const response = await dispatcher.fetch(new Request('http://h.test/', { method: 'HEAD' }));
    expect([response.status, response.body, response.headers.get('content-length')]).toEqual([
      203,
      null,
      '3',
    ]);
    expect(cancelled).toHaveBeenCalledTimes(1);
    await vi.waitFor(() => expect(outcomes).toEqual([{ kind: 'completed', status: 203 }]));
  });
});
