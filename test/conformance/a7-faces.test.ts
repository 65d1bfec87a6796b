import { setImmediate as turn } from 'node:timers/promises';
import { createDispatcher, type Outcome } from 'viaduct';
import { expect, it, vi } from 'vitest';
import type { Behaviour } from './behaviour.js';
import { everyKind } from './every-way.js';

// What of A7 needs no connection to be seen: the same on both faces.
everyKind(({ kind, face }) => {
  async function outcomesOf(behaviour: Behaviour, method = 'GET'): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    const application = kind.create((call) => {
      call.context.onFinished((outcome) => void outcomes.push(outcome));
      return behaviour(call);
    });
    const door = await face.open(createDispatcher({ '/foo': application }, { onError: () => undefined }));
    await door.send({ target: '/foo', method }).catch(() => undefined);
    await vi.waitFor(() => expect(outcomes.length).toBeGreaterThan(0));
    await door.close();
    return outcomes;
  }

  it('A7.112 a normal end', async () => {
    expect(await outcomesOf(() => ({ status: 201, body: 'done' }))).toEqual([
      { kind: 'completed', status: 201 },
    ]);
  });

  it('A7.112 the end of a stream', async () => {
    async function* body(): AsyncGenerator<Buffer, void, undefined> {
      yield Buffer.from('one');
      yield Buffer.from('two');
    }
    expect(await outcomesOf(() => ({ body: body() }))).toEqual([{ kind: 'completed', status: 200 }]);
  });

  it('A7.114 an application that throws', async () => {
    const error = new Error('thrown by the test');
    const outcomes = await outcomesOf(() => {
      throw error;
    });
    const answered = { kind: 'completed', status: 500 };
    expect(outcomes).toEqual([kind.catchesErrors ? answered : { kind: 'failed', status: 500, error }]);
  });

  it('A7.115 a body stream that fails', async () => {
    const error = new Error('thrown by the test');
    async function* body(): AsyncGenerator<Buffer, void, undefined> {
      yield Buffer.from('one');
      // Long enough for the head to go out; before that, it would be replaced.
      await turn();
      await turn();
      throw error;
    }
    const outcomes = await outcomesOf(() => ({ body: body() }));
    expect(outcomes).toHaveLength(1);
    expect(outcomes[0]?.kind).not.toBe('completed');
    if (!kind.catchesErrors) expect(outcomes).toEqual([{ kind: 'failed', status: 200, error }]);
  });

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('A7.116 no body to read: %s, %i', async (method, status) => {
    expect(await outcomesOf(() => ({ status }), method)).toEqual([{ kind: 'completed', status }]);
  });
});
