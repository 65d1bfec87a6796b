/**
 * Finds the longest stored path that a text begins with, on segment boundaries.
 *
 * A radix tree: the cost depends on the length of the text, not on how many paths are stored, and a
 * search allocates nothing.
 */
export class PrefixTree<Value> {
  readonly #root = new Node<Value>('');

  /** Stores `value` under `path`, which is `''` or begins with `/` and does not end with it. */
  add(path: string, value: Value): void {
    let node = this.#root;
    let rest = path;
    while (rest !== '') {
      const child = node.child(rest.charCodeAt(0));
      if (child === undefined) {
        const leaf = new Node<Value>(rest);
        node.put(leaf);
        node = leaf;
        break;
      }
      const shared = sharedLength(child.label, rest);
      node = shared === child.label.length ? child : split(node, child, shared);
      rest = rest.slice(shared);
    }
    node.value = value;
  }

  /**
   * `/foo/bar?x` → what is stored under `/foo/bar`, else `/foo`, else `''`; `/foobar` → never `/foo`.
   *
   * @param from Index in `text` where the path begins; it ends at `?` or at the end of the text.
   */
  longest(text: string, from = 0): Value | undefined {
    let node = this.#root;
    let best = node.value;
    let index = from;
    while (index < text.length) {
      const child = node.child(text.charCodeAt(index));
      if (child === undefined || !text.startsWith(child.label, index)) break;
      index += child.label.length;
      if (child.value !== undefined && isBoundary(text, index)) best = child.value;
      node = child;
    }
    return best;
  }

  /** Every value whose path the text begins with, the shortest path first. */
  *along(text: string, from = 0): Generator<Value, void, undefined> {
    let node = this.#root;
    let index = from;
    if (node.value !== undefined) yield node.value;
    while (index < text.length) {
      const child = node.child(text.charCodeAt(index));
      if (child === undefined || !text.startsWith(child.label, index)) return;
      index += child.label.length;
      if (child.value !== undefined && isBoundary(text, index)) yield child.value;
      node = child;
    }
  }
}

class Node<Value> {
  label: string;
  value: Value | undefined;
  /** In the place of a map of one: most nodes have one child or none, and it is found without a hash. */
  #only: Node<Value> | undefined;
  /** By the first character of their labels. */
  #several: Map<number, Node<Value>> | undefined;

  constructor(label: string) {
    this.label = label;
  }

  /** The child whose label begins with this character. */
  child(character: number): Node<Value> | undefined {
    const only = this.#only;
    if (only === undefined) return this.#several?.get(character);
    return only.label.charCodeAt(0) === character ? only : undefined;
  }

  /** In the place of the child whose label begins with the same character, if there is one. */
  put(child: Node<Value>): void {
    const character = child.label.charCodeAt(0);
    const only = this.#only;
    if (this.#several !== undefined) this.#several.set(character, child);
    else if (only === undefined || only.label.charCodeAt(0) === character) this.#only = child;
    else {
      this.#several = new Map([
        [only.label.charCodeAt(0), only],
        [character, child],
      ]);
      this.#only = undefined;
    }
  }
}

const SLASH = 0x2f;
const QUESTION_MARK = 0x3f;

/** Whether a segment, or the path, ends before this index. */
export function isBoundary(text: string, index: number): boolean {
  if (index === text.length) return true;
  const next = text.charCodeAt(index);
  return next === SLASH || next === QUESTION_MARK;
}

function sharedLength(left: string, right: string): number {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length += 1;
  return length;
}

/** Puts a node between `parent` and `child` that holds the first `length` characters of the child's label. */
function split<Value>(parent: Node<Value>, child: Node<Value>, length: number): Node<Value> {
  const middle = new Node<Value>(child.label.slice(0, length));
  parent.put(middle);
  child.label = child.label.slice(length);
  middle.put(child);
  return middle;
}
