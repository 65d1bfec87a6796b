import type { ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';
import { LazyDuplex } from './lazy-duplex.js';

/** What a socket tells the exchange it belongs to. */
export interface SocketOwner {
  /** @returns Whether anybody listened. */
  timedOut(): boolean;
  socketClosed(error: Error | null): void;
}

/** What is known of the connection that the request came on. Asked for only as the handler asks. */
export interface ConnectionFacts {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly encrypted?: boolean | undefined;
}

/**
 * The connection under an emulated exchange, as handlers see it: addresses, timeouts, `destroy`.
 *
 * No bytes pass through it. Whoever writes to it directly, past the response, writes into the void.
 */
export class EmulatedSocket extends LazyDuplex {
  /** As on Node's sockets, there only when it is true. */
  declare readonly encrypted?: true;
  /** The response that is being sent on it, as Node names it. */
  _httpMessage: ServerResponse | null = null;
  /** Tells Node's response that what it still had to send was lost. */
  _hadError = false;
  /** Body bytes that the other side has not taken yet. */
  pendingBytes = 0;
  readonly #owner: SocketOwner;
  readonly #facts: ConnectionFacts;
  #isDestroyed = false;
  #timer: NodeJS.Timeout | undefined;
  timeout: number | undefined;

  constructor(owner: SocketOwner, facts: ConnectionFacts, highWaterMark: number) {
    super(highWaterMark);
    this.#owner = owner;
    this.#facts = facts;
    if (facts.encrypted === true) (this as { encrypted?: true }).encrypted = true;
  }

  get remoteAddress(): string | undefined {
    return this.#facts.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#facts.remotePort;
  }

  get localAddress(): string | undefined {
    return this.#facts.localAddress;
  }

  get localPort(): number | undefined {
    return this.#facts.localPort;
  }

  get remoteFamily(): string | undefined {
    return familyOf(this.remoteAddress);
  }

  get localFamily(): string | undefined {
    return familyOf(this.localAddress);
  }

  address(): object {
    if (this.localAddress === undefined) return {};
    return { address: this.localAddress, family: this.localFamily, port: this.localPort };
  }

  get readyState(): string {
    return this.#isDestroyed ? 'closed' : 'open';
  }

  get pending(): boolean {
    return false;
  }

  get connecting(): boolean {
    return false;
  }

  get bytesRead(): number {
    return 0;
  }

  get bytesWritten(): number {
    return 0;
  }

  get destroyed(): boolean {
    return this.#isDestroyed;
  }

  get readable(): boolean {
    return !this.#isDestroyed;
  }

  get writable(): boolean {
    return !this.#isDestroyed;
  }

  get writableLength(): number {
    return this.pendingBytes;
  }

  /** Interim answers (100, 102, 103) come here. The web types cannot carry them, so they are dropped. */
  write(_data: unknown, encoding?: unknown, callback?: unknown): boolean {
    const done = typeof encoding === 'function' ? encoding : callback;
    if (typeof done === 'function') process.nextTick(done as () => void);
    return true;
  }

  end(): this {
    return this.destroy();
  }

  destroySoon(): void {
    this.destroy();
  }

  resetAndDestroy(): this {
    return this.destroy();
  }

  destroy(error?: Error | null): this {
    if (this.#isDestroyed) return this;
    this.makeStream();
    this.#isDestroyed = true;
    this.#stopTimer();
    // Node's server is the first to hear of it too, since it listens from the connection's first moment.
    this.prependOnceListener('close', () => this.#owner.socketClosed(error ?? null));
    Duplex.prototype.destroy.call(this as unknown as Duplex, error ?? undefined);
    return this;
  }

  /** Nobody has to listen for a lost connection: Node's server does so itself. */
  _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    callback(this.listenerCount('error') === 0 ? null : error);
  }

  _read(): void {}

  setTimeout(milliseconds: number, callback?: () => void): this {
    this.#stopTimer();
    this.timeout = milliseconds;
    if (milliseconds > 0 && !this.#isDestroyed) this.#startTimer(milliseconds);
    if (callback === undefined) return this;
    return milliseconds === 0 ? this.removeListener('timeout', callback) : this.once('timeout', callback);
  }

  /** A body chunk passed, in either direction. */
  refreshTimeout(): void {
    this.#timer?.refresh();
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  #startTimer(milliseconds: number): void {
    this.#timer = setTimeout(() => {
      const isHeard = this.#owner.timedOut();
      if (!isHeard) this.destroy();
      this.emit('timeout');
    }, milliseconds).unref();
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function familyOf(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  return address.includes(':') ? 'IPv6' : 'IPv4';
}
