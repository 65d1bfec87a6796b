import { parseHost } from './host.js';
import { PrefixTree } from './prefix-tree.js';

/**
 * One prefix tree for each host of a table, and one for all hosts.
 *
 * A name comes before a wildcard of one label, and that before entries without a host; of two that are alike the
 * one with the port comes first. The cost of a look-up does not grow with the number of hosts.
 */
export class HostTable<Value> {
  readonly anyHost: PrefixTree<Value> = new PrefixTree<Value>();
  readonly #byHost = new Map<string, PrefixTree<Value>>();
  #latestHost = '';
  #latestTrees: readonly PrefixTree<Value>[] = [this.anyHost];

  /** @param host As in `MountKey.host`. */
  add(host: string, path: string, value: Value): void {
    let tree = host === '' ? this.anyHost : this.#byHost.get(host);
    if (tree === undefined) {
      tree = new PrefixTree();
      this.#byHost.set(host, tree);
    }
    tree.add(path, value);
  }

  get hasHosts(): boolean {
    return this.#byHost.size > 0;
  }

  /**
   * The trees that apply to a host, most specific first.
   *
   * @param host Value of a `Host` header that was found valid, or `''`.
   */
  treesOf(host: string): readonly PrefixTree<Value>[] {
    // A server hears few names, and mostly the same one as last time.
    if (host === this.#latestHost) return this.#latestTrees;
    const { name, port } = parseHost(host) ?? { name: '', port: '' };
    const wildcard = `*${name.slice(name.indexOf('.'))}`;
    const keys = [`${name}:${port}`, name, `${wildcard}:${port}`, wildcard];
    const trees = keys.flatMap((key) => this.#byHost.get(key) ?? []);
    this.#latestTrees = [...trees, this.anyHost];
    this.#latestHost = host;
    return this.#latestTrees;
  }
}
