import type { Inspection } from './inspection.js';

/**
 * The `lint` wrappers that an exchange has come through, outermost first: what passes two of them is
 * compared, to tell what lies between.
 */
class Layers {
  readonly #byExchange = new WeakMap<object, Inspection[]>();

  /** @returns The wrapper around this one: the latest that waits for its answer. */
  enter(exchange: object, inspection: Inspection): Inspection | undefined {
    const layers = this.#byExchange.get(exchange);
    if (layers === undefined) {
      this.#byExchange.set(exchange, [inspection]);
      return undefined;
    }
    const parent = layers.findLast(({ isAnswered }) => !isAnswered);
    layers.push(inspection);
    return parent;
  }
}

export const LAYERS: Layers = new Layers();
