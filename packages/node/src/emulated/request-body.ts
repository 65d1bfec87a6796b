import type { IncomingMessage } from 'node:http';
import { takeNodeBody } from '@viaduct/core/internal';
import { NodeUpload } from './node-upload.js';

/** What the body of a request tells the exchange it belongs to. */
export interface UploadOwner {
  /** A chunk came. */
  active(): void;
  /** The body ended with an error: whoever sent it has gone. */
  uploadFailed(error: unknown): void;
}

/**
 * Moves a web request's body into an `IncomingMessage`, one chunk for each time that it asks.
 *
 * Nothing is read, not even a reader made, before the first time.
 */
export class RequestBody {
  readonly #web: Request;
  readonly #request: IncomingMessage;
  readonly #owner: UploadOwner;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  /** Where the web request was made of a Node request that nobody has read. */
  #node: NodeUpload | undefined;
  #isReading = false;
  #isEnded = false;

  constructor(web: Request, request: IncomingMessage, owner: UploadOwner) {
    this.#web = web;
    this.#request = request;
    this.#owner = owner;
  }

  read(): void {
    if (this.#node !== undefined) {
      this.#node.read();
    } else if (this.#isEnded) {
      this.#end();
    } else if (!this.#isReading) {
      const node = this.#reader === undefined ? takeNodeBody(this.#web) : undefined;
      if (node !== undefined) return this.#readFrom(node);
      this.#isReading = true;
      void this.#readChunk();
    }
  }

  /** Lets the sender stop: nobody is going to read the rest. */
  cancel(reason: unknown): void {
    if (this.#node !== undefined) return this.#node.cancel();
    if (this.#isEnded) return;
    this.#isEnded = true;
    const cancelled = this.#reader === undefined ? this.#cancelUnread(reason) : this.#reader.cancel(reason);
    cancelled?.catch(() => undefined);
  }

  #readFrom(node: IncomingMessage): void {
    this.#node = new NodeUpload(node, this.#request, this.#owner);
    this.#node.read();
  }

  #cancelUnread(reason: unknown): Promise<void> | undefined {
    // Left to Node, as `NodeUpload` does.
    if (takeNodeBody(this.#web) !== undefined) return undefined;
    const { body } = this.#web;
    return body === null || body.locked ? undefined : body.cancel(reason);
  }

  async #readChunk(): Promise<void> {
    try {
      this.#reader ??= readerOf(this.#web);
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (this.#isEnded || this.#request.destroyed) return;
        this.#owner.active();
        if (done) {
          this.#isEnded = true;
          this.#isReading = false;
          this.#end();
          return;
        }
        if (value.byteLength === 0) continue;
        // `push` may ask for the next chunk before it returns.
        this.#isReading = false;
        this.#request.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
        return;
      }
    } catch (error) {
      this.#isEnded = true;
      this.#owner.uploadFailed(error);
    }
  }

  #end(): void {
    this.#request.complete = true;
    this.#request.push(null);
  }
}

function readerOf(web: Request): ReadableStreamDefaultReader<Uint8Array> {
  const { body } = web;
  if (body === null || web.bodyUsed) throw new TypeError('the body of the request was read before');
  return body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
}
