import { Readable } from 'node:stream';
import { ViaductError } from '@viaduct/core';
import { toError } from '@viaduct/core/internal';

type BodyReader = ReadableStreamDefaultReader<Uint8Array>;

/**
 * The body of a web `Response` as a Node stream: pulled as it is read, cancelled when it is destroyed.
 *
 * `Readable.fromWeb` is not used: see nodejs/node#64529. What it guards besides: the body has the length
 * that it says, since what is too much or too little would be taken for the next answer on the connection.
 */
export class BodyStream extends Readable {
  /** Whether its first chunk was not at hand when it was made. */
  readonly isSlow: boolean;
  readonly #reader: BodyReader;
  /** Reads that were begun already, in order: one that has to wait, or one that is there and the next. */
  readonly #begun: ReturnType<BodyReader['read']>[];
  readonly #length: number | undefined;
  readonly #onFailure: (error: unknown) => void;
  #sent = 0;

  /** @param length What the response says, where it does. */
  constructor(
    reader: BodyReader,
    begun: ReturnType<BodyReader['read']>[],
    length: number | undefined,
    onFailure: (error: unknown) => void,
  ) {
    // Nothing is read ahead of the client.
    super({ highWaterMark: 0 });
    this.#reader = reader;
    this.#begun = begun;
    this.isSlow = begun.length === 1;
    this.#length = length;
    this.#onFailure = onFailure;
    // A read that fails before anybody reads on is told to the one who does.
    for (const read of begun) read.catch(ignore);
  }

  override _read(): void {
    void this.#readNext();
  }

  async #readNext(): Promise<void> {
    try {
      const { done, value } = await (this.#begun.shift() ?? this.#reader.read());
      if (!done && !ArrayBuffer.isView(value)) throw notBytes(value);
      this.#sent += value?.byteLength ?? 0;
      this.#checkLength(done);
      this.push(done ? null : value);
    } catch (error) {
      // What was cancelled ends before its length.
      if (this.destroyed) return;
      this.#onFailure(error);
      this.destroy(toError(error));
    }
  }

  #checkLength(isEnd: boolean): void {
    if (this.#length === undefined) return;
    if (isEnd ? this.#sent !== this.#length : this.#sent > this.#length)
      throw wrongLength(this.#length, this.#sent);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#reader.cancel(error ?? undefined).catch(ignore);
    done(error);
  }
}

export function wrongLength(declared: number, sent: number): ViaductError {
  return new ViaductError(
    'VIADUCT_E_BODY_LENGTH',
    `the response says content-length ${declared}, and its body has ${sent > declared ? 'more' : sent} bytes.`,
  );
}

function notBytes(chunk: unknown): ViaductError {
  return new ViaductError(
    'VIADUCT_E_NO_RESPONSE',
    `a response body yields bytes (Uint8Array), and this one gave a ${typeof chunk}.`,
  );
}

function ignore(): void {}
