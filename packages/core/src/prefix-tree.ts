/**
 * Finds the longest stored path that a text begins with, on segment boundaries.
 *
 * A radix tree: the cost depends on the length of the text, not on how many paths are stored, and a
 * search allocates nothing.
 */
export class PrefixTree<Value> {
  readonly #root: Node<Value> = { label: '', value: undefined, children: new Map() };

  /** Stores `value` under `path`, which is `''` or begins with `/` and does not end with it. */
  add(path: string, value: Value): void {
    let node = this.#root;
    let rest = path;
    while (rest !== '') {
      const child = node.children.get(rest.charCodeAt(0));
      if (child === undefined) {
        const leaf: Node<Value> = { label: rest, value: undefined, children: new Map() };
        node.children.set(rest.charCodeAt(0), leaf);
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
      const child = node.children.get(text.charCodeAt(index));
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
      const child = node.children.get(text.charCodeAt(index));
      if (child === undefined || !text.startsWith(child.label, index)) return;
      index += child.label.length;
      if (child.value !== undefined && isBoundary(text, index)) yield child.value;
      node = child;
    }
  }
}

interface Node<Value> {
  label: string;
  value: Value | undefined;
  /** By the first character of their labels. */
  readonly children: Map<number, Node<Value>>;
}

const SLASH = 0x2f;
const QUESTION_MARK = 0x3f;

function isBoundary(text: string, index: number): boolean {
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
  const middle: Node<Value> = { label: child.label.slice(0, length), value: undefined, children: new Map() };
  child.label = child.label.slice(length);
  middle.children.set(child.label.charCodeAt(0), child);
  parent.children.set(middle.label.charCodeAt(0), middle);
  return middle;
}
