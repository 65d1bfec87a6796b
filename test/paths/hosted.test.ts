import { toFastify } from '@viaduct/fastify';
import { toKoa } from '@viaduct/koa';
import * as fc from 'fast-check';
import fastify from 'fastify';
import Koa from 'koa';
import mount from 'koa-mount';
import { createDispatcher, type RequestListener } from 'viaduct';
import { describe, expect, it } from 'vitest';
import { type Framework, FRAMEWORKS } from './frameworks.js';
import { askInMemory } from './in-memory.js';
import { RUNS, SEED } from './runs.js';
import { targetsNear } from './targets.js';

const runs = Math.ceil(RUNS / 5);

/** A dispatcher with a guard on `/admin`, inside a host, below `/v`. */
interface Hosted {
  readonly listener: RequestListener;
  /** What happened since it was last asked. */
  seen: { isGuarded: boolean; hasRun: boolean };
}

async function inFastify(framework: Framework, isLenient: boolean): Promise<Hosted> {
  const { dispatcher, hosted } = guarded(framework);
  const host = fastify({
    routerOptions: isLenient ? { caseSensitive: false, ignoreDuplicateSlashes: true } : {},
  });
  await host.register(toFastify(dispatcher, { native: true }), { prefix: '/v' });
  await host.ready();
  return hosted((request, response) => host.routing(request, response));
}

function inKoa(framework: Framework): Hosted {
  const { dispatcher, hosted } = guarded(framework);
  const host = new Koa();
  host.silent = true;
  host.use(mount('/v', toKoa(dispatcher, { native: true })));
  const callback = host.callback();
  return hosted((request, response) => void callback(request, response));
}

function guarded(framework: Framework) {
  const seen = { isGuarded: false, hasRun: false };
  const app = framework.create(['/admin', '/admin/secret', '/admin/*'], (route) => {
    seen.hasRun ||= route !== '*';
    return {};
  });
  const guards = { '/admin': () => void (seen.isGuarded = true) };
  const dispatcher = createDispatcher({ '/': app }, { guards, onError: () => undefined });
  return { dispatcher, hosted: (listener: RequestListener): Hosted => ({ listener, seen }) };
}

describe(`P44 inside a host: seed ${SEED}, ${runs} targets`, () => {
  const hosts = FRAMEWORKS.filter(({ name }) => !name.includes('old spelling')).flatMap((framework) => [
    { host: 'Fastify', name: framework.name, open: () => inFastify(framework, false) },
    { host: 'a lenient Fastify', name: framework.name, open: () => inFastify(framework, true) },
    { host: 'Koa', name: framework.name, open: async () => inKoa(framework) },
  ]);

  it.each(hosts)(
    '$name in $host never runs a handler whose guard did not run',
    async ({ open }) => {
      const { listener, seen } = await open();
      let count = 0;
      await fc.assert(
        fc.asyncProperty(
          targetsNear(['/v/admin', '/v/admin/secret', '/v/v/admin', '/admin/secret']),
          async (target) => {
            Object.assign(seen, { isGuarded: false, hasRun: false });
            await askInMemory(listener, target);
            count += Number(seen.hasRun);
            expect([target, seen.hasRun && !seen.isGuarded]).toEqual([target, false]);
          },
        ),
        { numRuns: runs, seed: SEED },
      );
      expect(count).toBeGreaterThan(runs / 100);
    },
    10_000 + runs * 20,
  );
});
