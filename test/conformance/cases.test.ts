import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const PAGE = new URL('../../docs/conformance.md', import.meta.url);

/** Every case of the groups that the page is about. */
const ALL = [
  'A6.88–A6.111',
  'A9.134–A9.136',
  'N1–N20',
  'H1–H12',
  'B1–B12',
  'F1–F16',
  'L1–L13',
  'W1–W14',
  'I1–I5',
  'D1–D7',
].flatMap(expand);

/** The rows of the table: cases, and the file that names them. */
const ROWS = [
  ...readFileSync(PAGE, 'utf8').matchAll(/^\| ([A-Z]\d[^|]*) \|[^|]*\| \[[^\]]+\]\(([^)]+)\)/gm),
].map(([, cases = '', file = '']) => ({ cases: cases.split(', ').flatMap(expand), file }));

it('the page of cases knows each of them', () => {
  const known = new Set(ROWS.flatMap(({ cases }) => cases));
  expect(ALL.filter((id) => !known.has(id))).toEqual([]);
});

it.each(ROWS)('$file names the cases that the page says it carries', ({ cases, file }) => {
  const text = readFileSync(new URL(file, PAGE), 'utf8');
  const missing = cases.filter((id) => !new RegExp(`(?<![\\w.])${id.replace('.', '\\.')}(?!\\w)`).test(text));
  expect(missing).toEqual([]);
});

/** `N1–N3` → `N1`, `N2`, `N3` */
function expand(range: string): string[] {
  const [first = '', last = first] = range.trim().split('–');
  const [, prefix = '', from = ''] = /^(.*?)(\d+)$/.exec(first) ?? [];
  const to = /\d+$/.exec(last)?.[0] ?? from;
  return Array.from(
    { length: Number(to) - Number(from) + 1 },
    (_, index) => prefix + String(Number(from) + index),
  );
}
