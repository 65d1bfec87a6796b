import type { IncomingMessage } from 'node:http';
import { uploadError } from '@viaduct/core/internal';
import type { UploadOwner } from './request-body.js';

/**
 * Moves the body of one Node request into another: what a stream of web chunks between the two would do, at a
 * fraction of its cost.
 *
 * Nothing is read before the first time that the other asks, and no more than it takes.
 */
export class NodeUpload {
  readonly #source: IncomingMessage;
  readonly #target: IncomingMessage;
  readonly #owner: UploadOwner;
  #isAttached = false;
  #isEnded = false;

  constructor(source: IncomingMessage, target: IncomingMessage, owner: UploadOwner) {
    this.#source = source;
    this.#target = target;
    this.#owner = owner;
  }

  read(): void {
    if (this.#isEnded) return this.#end();
    if (!this.#isAttached) this.#attach();
    if (!this.#isEnded) this.#source.resume();
  }

  /**
   * Lets the sender go on: what it still sends is dropped, so that its connection stays in step.
   *
   * What nobody has begun to read Node drops itself when the answer is out. To read it before would tell a client
   * that expects `100 Continue` to send a body that nobody wants (RFC 9110 §10.1.1).
   */
  cancel(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (this.#isAttached) this.#source.resume();
  }

  #attach(): void {
    this.#isAttached = true;
    const source = this.#source;
    // Who comes after its end waits for an event that has been.
    if (source.destroyed || source.readableEnded) return this.#fail();
    source.on('data', (chunk: Buffer) => {
      if (this.#isEnded) return;
      this.#owner.active();
      if (!this.#target.push(chunk)) source.pause();
    });
    source.once('end', () => {
      if (this.#isEnded) return;
      this.#isEnded = true;
      this.#end();
    });
    source.once('error', (error) => this.#fail(error));
    source.once('close', () => this.#fail());
  }

  #fail(error?: Error): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#owner.uploadFailed(uploadError(this.#source, error));
  }

  #end(): void {
    this.#target.complete = true;
    this.#target.push(null);
  }
}
