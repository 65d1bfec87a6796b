import assert from 'node:assert/strict';
import { createDispatcher, type Outcome, withHooks } from '@viaduct/core';
import { json, stream, text } from './behaviour.js';
import { snapshot } from './bench.js';
import type { Case } from './case.js';
import { Gate } from './gate.js';

/** From start to stop, and from the first byte of a request to its end (CONFORMANCE A3, A7, A8). */
export const LIFE_CASES: readonly Case[] = [
  {
    name: 'onFinished runs once, when the whole answer is out, last registered first',
    async run(bench) {
      const told: string[] = [];
      const application = await bench.application(async ({ context }) => {
        context.onFinished((outcome) => void told.push(`first ${outcome.kind} ${outcome.status}`));
        context.onFinished(() => void told.push('second'));
        return text('x', 201);
      });
      const { response, outcome } = await bench.send(application, '/');
      await response.text();
      assert.deepEqual(await outcome, { kind: 'completed', status: 201 });
      assert.deepEqual(told, ['second', 'first completed 201']);
    },
  },
  {
    name: 'a client that goes away aborts the signal, ends the body, and onFinished runs once',
    async run(bench) {
      const outcomes: Outcome[] = [];
      const closed = new Gate();
      const aborted = new Gate();
      const application = await bench.application(async ({ context }) => {
        context.onFinished((outcome) => void outcomes.push(outcome));
        context.signal.addEventListener('abort', () => aborted.open());
        return stream(endless(closed));
      });
      const leaving = new AbortController();
      const { response, outcome } = await bench.send(application, '/', { signal: leaving.signal });
      const reader = response.body?.getReader();
      await reader?.read();
      leaving.abort();
      await reader?.cancel().catch(() => undefined);
      assert.equal((await outcome).kind, 'aborted');
      await Promise.all([closed.opened, aborted.opened]);
      assert.deepEqual(
        outcomes.map(({ kind }) => kind),
        ['aborted'],
      );
    },
  },
  {
    name: 'state is shared with what is around it',
    async run(bench) {
      const application = await bench.application(async ({ context }) => {
        const { user } = context.state;
        context.state['seenBy'] = 'application';
        return json(user ?? null);
      });
      const finished: unknown[] = [];
      const around = withHooks(application, {
        onRequest(_, context) {
          context.state['user'] = 'ada';
        },
        onFinished: (_, context) => void finished.push(context.state['seenBy']),
      });
      const { response, outcome, context } = await bench.send(around, '/');
      const read = await snapshot(response);
      await outcome;
      assert.equal(read.body, '"ada"');
      assert.deepEqual([finished, context?.state['seenBy']], [['application'], 'application']);
      return [read];
    },
  },
  {
    name: 'requests at the same time do not see each other',
    async run(bench) {
      const application = await bench.application(async ({ url, context, body }) => {
        const { basePath } = context;
        context.state['url'] = url;
        await new Promise(setImmediate);
        for await (const chunk of body) void chunk;
        await new Promise(setImmediate);
        return json([url, context.state['url'], basePath, context.basePath]);
      });
      const dispatcher = createDispatcher({ '/a': application, '/b': application });
      const asked = Array.from({ length: 40 }, async (_, index) => {
        const base = index % 2 === 0 ? '/a' : '/b';
        const { response } = await bench.send(dispatcher, `${base}/${index}`);
        assert.deepEqual(await response.json(), [`/${index}`, `/${index}`, base, base]);
      });
      await Promise.all(asked);
    },
  },
  {
    name: 'it starts and stops, once each when mounted twice, and answers in between',
    async run(bench) {
      const calls: string[] = [];
      const inner = await bench.application(async () => text('running'));
      const counted = {
        ...inner,
        start: () => void calls.push('start'),
        stop: () => void calls.push('stop'),
      };
      const dispatcher = createDispatcher({ '/a': counted, '/b': counted });
      await dispatcher.start();
      const read = await snapshot((await bench.send(dispatcher, '/b/')).response);
      await dispatcher.stop();
      assert.equal(read.body, 'running');
      assert.deepEqual(calls, ['start', 'stop']);
      return [read];
    },
  },
];

async function* endless(closed: Gate): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      yield Buffer.alloc(1024);
      await new Promise(setImmediate);
    }
  } finally {
    closed.open();
  }
}
