import assert from 'node:assert/strict';
import { type Behaviour, stream, text } from './behaviour.js';
import { snapshot } from './bench.js';
import type { Case } from './case.js';

/** Something is thrown at `/broken`; anything else is answered. */
function throwing(thrown: unknown): Behaviour {
  return async ({ url }) => {
    if (url === '/broken') throw thrown;
    return text('sound');
  };
}

function isAnswered(name: string, thrown: unknown): Case {
  return {
    name: `${name} is answered with 500, and the next request is not harmed`,
    async run(bench) {
      const application = await bench.application(throwing(thrown));
      const { response, outcome } = await bench.send(application, '/broken');
      assert.equal(response.status, 500);
      assert.doesNotMatch(await response.text(), /at .*:\d+:\d+/, 'no stack is shown');
      await outcome;
      const next = await snapshot((await bench.send(application, '/')).response);
      assert.deepEqual([next.status, next.body], [200, 'sound']);
      return [next];
    },
  };
}

/** Errors before and after the head (CONFORMANCE A6, F). */
export const FAULT_CASES: readonly Case[] = [
  isAnswered('an error', new Error('broken on purpose')),
  isAnswered('throw undefined', undefined),
  isAnswered('throw null', null),
  {
    name: 'a body that fails after its first chunk reaches the client as an error, not as a whole',
    async run(bench) {
      const application = await bench.application(async () =>
        stream(
          (async function* () {
            yield Buffer.alloc(1024);
            // Failing at once, it may still be answered with 500: the head need not be out.
            await new Promise(setImmediate);
            throw new Error('broken on purpose');
          })(),
        ),
      );
      const { response, outcome } = await bench.send(application, '/');
      await assert.rejects(response.arrayBuffer());
      assert.notEqual((await outcome).kind, 'completed');
    },
  },
];
