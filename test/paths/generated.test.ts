import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { FRAMEWORKS } from './frameworks.js';
import { breach, createLaw, type Outcome, PATHS } from './law.js';
import { RUNS, SEED } from './runs.js';
import { targetsNear } from './targets.js';

// `FUZZ_RUNS=100000 FUZZ_SEED=1 npx vitest run paths/generated` asks more, or the same again.
describe(`P44 seed ${SEED}, ${RUNS} targets a framework`, () => {
  const all = FRAMEWORKS.flatMap((framework) => [
    { name: framework.name, face: 'node' as const, framework, runs: RUNS },
    { name: framework.name, face: 'web' as const, framework, runs: Math.ceil(RUNS / 5) },
  ]);

  it.each(all)(
    '$name, $face face, never runs a handler whose guard did not run, nor one below another mount',
    async ({ name, face, framework, runs }) => {
      const law = createLaw(framework);
      afterAll(() => law.close());
      const statuses = new Map<string, number>();
      await fc.assert(
        fc.asyncProperty(targetsNear(PATHS), async (target) => {
          const outcome = await law.ask(target, face);
          const kind = kindOf(outcome);
          statuses.set(kind, (statuses.get(kind) ?? 0) + 1);
          expect(breach(outcome, framework, target)).toBeUndefined();
        }),
        { numRuns: runs, seed: SEED },
      );
      if (process.env.FUZZ_RUNS !== undefined) console.log(name, face, Object.fromEntries(statuses));
      // A generator whose targets are all refused, or never lead to what is guarded, would prove nothing.
      expect(statuses.get('guarded handler') ?? 0).toBeGreaterThan(runs / 50);
      expect(statuses.get('fallback') ?? 0).toBeGreaterThan(runs / 10);
    },
    10_000 + RUNS * 20,
  );
});

function kindOf({ ran, status, guards }: Outcome): string {
  if (ran === undefined) return String(status);
  if (ran.endsWith(' *')) return 'fallback';
  return guards.size > 0 ? 'guarded handler' : 'handler';
}
