import type { EventEmitter } from 'node:events';
import { Duplex } from 'node:stream';

/** `Duplex` without its constructor. */
const UnmadeDuplex = function (): void {} as unknown as new () => EventEmitter;
UnmadeDuplex.prototype = Duplex.prototype;

/** The constructor, as the function that it is. */
const construct = Duplex as unknown as (this: object, options: object) => void;

/** Node's own `end` sets `corked` on this: that alone is no reason to make a stream. */
const CORKED = { corked: 0 };

/**
 * A `Duplex` that becomes one when somebody first touches the state of its streams.
 *
 * Until then it costs one small allocation, and can do what an `EventEmitter` can. Made for every exchange,
 * the streams were a fifth of its cost, and hardly any handler needs them.
 */
export class LazyDuplex extends UnmadeDuplex {
  readonly #highWaterMark: number;
  #corks = 0;
  #isStream = false;
  #readableState: unknown;
  #writableState: unknown;

  constructor(highWaterMark: number) {
    super();
    this.#highWaterMark = highWaterMark;
  }

  get readableHighWaterMark(): number {
    return this.#highWaterMark;
  }

  get writableHighWaterMark(): number {
    return this.#highWaterMark;
  }

  get writableCorked(): number {
    return this.#corks;
  }

  cork(): void {
    this.#corks += 1;
  }

  uncork(): void {
    if (this.#corks > 0) this.#corks -= 1;
  }

  get _readableState(): unknown {
    this.makeStream();
    return this.#readableState;
  }

  set _readableState(state: unknown) {
    this.#readableState = state;
  }

  get _writableState(): unknown {
    if (!this.#isStream && this.#corks > 0) return CORKED;
    this.makeStream();
    return this.#writableState;
  }

  set _writableState(state: unknown) {
    this.#writableState = state;
  }

  protected makeStream(): void {
    if (this.#isStream) return;
    this.#isStream = true;
    construct.call(this, { highWaterMark: this.#highWaterMark });
  }
}
