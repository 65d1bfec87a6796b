import { Duplex } from 'node:stream';

/**
 * A connection without a network: what is written to one end is read at the other, with back-pressure.
 * Destroying one end is seen at the other as a connection that was lost.
 */
export function createWire(): { client: Duplex; server: Duplex } {
  const client = new WireEnd();
  const server = new WireEnd();
  client.connect(server);
  server.connect(client);
  return { client, server };
}

class WireEnd extends Duplex {
  // What servers and frameworks read of a socket.
  readonly remoteAddress = '127.0.0.1';
  readonly remotePort = 50_000;
  readonly localAddress = '127.0.0.1';
  readonly localPort = 80;
  readonly encrypted = false;
  #other: WireEnd | undefined;
  #taken: (() => void) | undefined;

  connect(other: WireEnd): void {
    this.#other = other;
  }

  override _read(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  override _write(chunk: Buffer, _: BufferEncoding, written: (error?: Error | null) => void): void {
    this.#deliver(chunk, written);
  }

  override _final(ended: (error?: Error | null) => void): void {
    this.#deliver(null, ended);
  }

  override _destroy(error: Error | null, destroyed: (error?: Error | null) => void): void {
    const other = this.#other;
    const hasEnded = this.writableFinished;
    this._read();
    destroyed(error);
    // As a kernel does: later, and after what was sent.
    setImmediate(() => {
      if (other === undefined || other.destroyed || hasEnded) return;
      other.destroy(Object.assign(new Error('the other end closed the connection'), { code: 'ECONNRESET' }));
    });
  }

  /** A socket has these; here nothing is left to be set. */
  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  #deliver(chunk: Buffer | null, delivered: () => void): void {
    const other = this.#other;
    // Later, in every case: a writer that never has to wait would keep all else waiting.
    const isTaken = other === undefined || other.destroyed || other.push(chunk) || chunk === null;
    if (isTaken) setImmediate(delivered);
    else other.#taken = delivered;
  }
}
