import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, it } from 'vitest';
import type { Behaviour } from '../conformance/behaviour.js';
import { toBytes } from '../conformance/message.js';
import { openWay } from './opened-way.js';
import { WAYS } from './passages.js';

describe.concurrent.each(WAYS)('an AsyncLocalStorage in $title', (way) => {
  it('L12: holds through one request, and is empty in the next on the same connection', async ({
    expect,
    onTestFinished,
  }) => {
    const storage = new AsyncLocalStorage<string>();
    const behaviour: Behaviour = ({ url }) => {
      const before = storage.getStore() ?? 'nothing';
      return storage.run(url, async () => {
        await turn();
        return { body: `${before} ${storage.getStore()}` };
      });
    };
    const { connect } = await openWay(way, behaviour, { onTestFinished });
    const connection = await connect();
    const targets = ['/one', '/two', '/three'];
    for (const target of targets) {
      await connection.write(toBytes({ target: `/app${target}` }));
      expect((await connection.read()).body.toString()).toBe(`nothing ${target}`);
    }
    // Pipelined, too.
    await connection.write(Buffer.concat(targets.map((target) => toBytes({ target: `/app${target}` }))));
    for (const target of targets) expect((await connection.read()).body.toString()).toBe(`nothing ${target}`);
  });
});
