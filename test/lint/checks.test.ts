import { createContext, lint, lintChecks, type Violation } from '@viaduct/core';
import { describe, expect, it } from 'vitest';
import { CASES } from './cases.js';

/** Longer than lint waits for a body to be cancelled (100 ms); timers fire in order of their time. */
const AFTER_GRACE_MS = 150;

describe.concurrent('lint', () => {
  it('has a case that breaks and a case that keeps each of its checks', () => {
    expect(Object.keys(CASES).toSorted()).toEqual(lintChecks.map(({ id }) => id).toSorted());
  });

  for (const check of lintChecks) {
    it(`${check.id}: tells when the ${check.blames} does not: ${check.message}`, async () => {
      const found = await run('breaks', check.id);
      const violation = found.find(({ id }) => id === check.id);
      expect(violation, `found ${found.map(({ id }) => id).join(', ') || 'nothing'}`).toMatchObject({
        blames: check.blames,
        severity: check.severity,
      });
      expect(violation?.message).toContain(check.message);
      expect(violation?.message).toContain(check.cure);
    });

    it(`${check.id}: is silent where it is kept`, async () => {
      const found = await run('keeps', check.id);
      expect(found.filter(({ id }) => id === check.id)).toEqual([]);
    });
  }
});

it('R4: tells of a path with two slashes below a mount, on the web face too', async () => {
  const found: Violation[] = [];
  const request = new Request('http://host.test//x');
  const context = createContext(new Request('http://host.test/a/x'), { basePath: '/a' });
  await lint(() => new Response('x'), { onViolation: (violation) => found.push(violation) }).fetch(
    request,
    context,
  );
  expect(found.map(({ id }) => id)).toContain('R4');
});

async function run(side: 'breaks' | 'keeps', id: string): Promise<readonly Violation[]> {
  const found: Violation[] = [];
  await CASES[id]?.[side]((violation) => found.push(violation));
  await new Promise((resolve) => setTimeout(resolve, AFTER_GRACE_MS));
  return found;
}
