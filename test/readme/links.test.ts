import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../packages/user-project.js';

const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const pages = files.filter((file) => file.endsWith('.md') && existsSync(join(root, file)));
/** Without blocks of code, in which brackets mean other things. */
const prose = (page: string): string =>
  read(page)
    .replaceAll(/^```.*?^```$/gms, '')
    .replaceAll(/`[^`\n]*`/g, '');

test('every relative link of every page leads to a file that is there', () => {
  const links = pages.flatMap((page) =>
    [...prose(page).matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)[^)]*\)/g)].map(([, link = '']) => ({ page, link })),
  );
  expect(links.length).toBeGreaterThan(100);
  expect(links.filter(({ page, link }) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
});

test('every code of an error that a page names is thrown somewhere', () => {
  const source = files
    .filter((file) => /^packages\/[^/]+\/src\/.*\.ts$/.test(file) && existsSync(join(root, file)))
    .map(read)
    .join('');
  const known = new Set(source.match(/VIADUCT_E_\w+/g));
  const named = pages.flatMap((page) =>
    (read(page).match(/VIADUCT_E_\w+/g) ?? []).map((code) => ({ page, code })),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter(({ code }) => !known.has(code))).toEqual([]);
});
