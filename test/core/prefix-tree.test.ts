import { describe, expect, it } from 'vitest';
import { PrefixTree } from '../../packages/core/dist/prefix-tree.js';

function treeOf(paths: readonly string[]): PrefixTree<string> {
  const tree = new PrefixTree<string>();
  for (const path of paths) tree.add(path, path);
  return tree;
}

describe('PrefixTree', () => {
  it('finds what a plain search finds, for all tables of some paths in any order', () => {
    const paths = ['', '/f', '/foo', '/foo/bar', '/foobar', '/fo', '/foo/b', '/g'];
    const texts = [
      ...paths,
      '/',
      '/foo/',
      '/foo?x',
      '/foo/bar/x',
      '/foo/barx',
      '/foo/ba',
      '/foob',
      '/gg',
      '/foo?/bar',
    ];
    for (let subset = 0; subset < 2 ** paths.length; subset += 1) {
      const chosen = paths.filter((_, index) => (subset & (2 ** index)) !== 0);
      for (const order of [chosen, chosen.toReversed()]) {
        const tree = treeOf(order);
        for (const text of texts) {
          const expected = chosen
            .filter((path) => text === path || text.startsWith(`${path}/`) || text.startsWith(`${path}?`))
            .toSorted((left, right) => right.length - left.length);
          expect([text, order, tree.longest(text)]).toEqual([text, order, expected[0]]);
          expect([...tree.along(text)]).toEqual(expected.toReversed());
        }
      }
    }
  });

  it('begins where it is told', () => {
    expect(treeOf(['', '/bar']).longest('/foo/bar/x', 4)).toBe('/bar');
    expect(treeOf(['', '/foo']).longest('/foo/bar/x', 4)).toBe('');
  });

  it.each([10, 10_000])('A3.58 looks at no more characters than the text has, with %i paths', (count) => {
    const tree = treeOf(Array.from({ length: count }, (_, index) => `/mount-${index}`));
    for (const text of ['/mount-0/x', `/mount-${count - 1}/x`, `/mount-${count}`, '/other']) {
      const counted = new CountedText(text);
      tree.longest(counted as never);
      expect(counted.looks).toBeLessThanOrEqual(3 * text.length);
    }
  });
});

/** A text that counts how often it is looked at. */
class CountedText {
  looks = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get length(): number {
    return this.#text.length;
  }

  charCodeAt(index: number): number {
    this.looks += 1;
    return this.#text.charCodeAt(index);
  }

  startsWith(label: string, index: number): boolean {
    this.looks += 1;
    return this.#text.startsWith(label, index);
  }
}
