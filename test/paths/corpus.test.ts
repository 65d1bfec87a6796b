import { benignCases, hostCases, pathCorpus, targetCases } from '@viaduct/testing/paths';
import { describe, expect, it } from 'vitest';

/** Advisories of this field whose lesson is a case here. */
const ADVISORIES = [
  ['middie', 'CVE-2026-22031'],
  ['middie', 'CVE-2026-2880'],
  ['@fastify/express', 'CVE-2026-33807'],
  ['@fastify/express', 'CVE-2026-33808'],
  ['@fastify/express', 'CVE-2026-6556'],
  ['Nest', 'CVE-2026-2293'],
  ['Hono mount', 'CVE-2026-47676'],
  ['Hono serveStatic', 'CVE-2026-29087'],
  ['Hono serveStatic', 'CVE-2026-39406'],
  ['h3 mount', 'CVE-2026-33490'],
  ['srvx', 'CVE-2026-33732'],
  ['Starlette', 'CVE-2026-48710'],
  ['Starlette', 'CVE-2026-54282'],
  ['@fastify/static', 'CVE-2026-6414'],
  ['@fastify/static', 'CVE-2026-15074'],
] as const;

describe('the path corpus', () => {
  it.each(ADVISORIES)('has a case of %s, %s', (_name, id) => {
    expect(
      pathCorpus.filter(({ sources = [] }) => sources.some((source) => source.startsWith(id))),
    ).not.toEqual([]);
  });

  it('has every case of group P that a single request can be', () => {
    const asTests = [33, 34, 35, 36, 37, 38, 45, 47];
    const numbers = Array.from({ length: 46 }, (_, index) => index + 1).filter(
      (number) => !asTests.includes(number),
    );
    const held = new Set(pathCorpus.map(({ id }) => Number(/^P(\d+)\./.exec(id)?.[1])));
    expect(numbers.filter((number) => !held.has(number))).toEqual([]);
  });

  it('names each case once, and no request twice', () => {
    expect(new Set(pathCorpus.map(({ id }) => id)).size).toBe(pathCorpus.length);
    const requests = pathCorpus.map(({ target, method, version, headers, padding }) =>
      JSON.stringify([target, method, version, headers, padding]),
    );
    expect(new Set(requests).size).toBe(requests.length);
  });

  it('is made of bytes, and of targets that Node lets pass where it expects a handler to run', () => {
    for (const { id, target, headers = [] } of pathCorpus) {
      expect([id, /^[\0-\xff]*$/.test(target + headers.join(''))]).toEqual([id, true]);
    }
    for (const { id, target } of [...targetCases, ...benignCases])
      expect([id, /^[\x21-\x7e]+$/.test(target)]).toEqual([id, true]);
  });

  it('never expects a protected handler to run unguarded', () => {
    expect(pathCorpus.filter(({ expect: verdicts }) => verdicts.includes('exposed'))).toEqual([]);
  });

  it('P46 has at least 200 benign targets, all to be passed on unchanged', () => {
    expect(benignCases.length).toBeGreaterThanOrEqual(200);
    for (const { target, seen, expect: verdicts } of benignCases) {
      expect([target, seen, verdicts]).toEqual([target, target, ['passed']]);
    }
  });

  it('tells the readings of every target that has several', () => {
    const cases = [...targetCases, ...hostCases].filter(({ readings }) => readings !== undefined);
    for (const { target, readings = {} } of cases) {
      const { raw, resolved, decoded, merged } = readings;
      expect(raw).toBe(target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/, '') || '/');
      const path = `http://h${raw ?? ''}`;
      if (resolved !== undefined && !/[\\%]/.test(raw ?? '')) expect(new URL(path).pathname).toBe(resolved);
      if (decoded !== undefined && !/%(?![0-9a-f]{2})|%[89a-f]/i.test(raw ?? '')) {
        expect(decodeURIComponent(raw ?? '')).toBe(decoded);
      }
      if (merged !== undefined) expect(merged).not.toMatch(/\/\//);
    }
  });
});
