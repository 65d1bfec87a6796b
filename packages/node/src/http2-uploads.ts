import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import { ViaductError } from '@viaduct/core';
import { abandon } from '@viaduct/core/internal';
import { CANCEL, NO_ERROR } from './http2-error-codes.js';

/** A request over HTTP/2 whose body was still to come. */
interface Upload {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly since: number;
  /** Given up: what remains is to close the stream, when the client has had time to read why. */
  isOver: boolean;
}

/** As often as Node's HTTP/1.1 server is told to look. */
const LONGEST_TICK_MS = 1_000;
const SHORTEST_TICK_MS = 50;

/**
 * Holds uploads over HTTP/2 to the time that Node's HTTP/1.1 server gives them: 408, or a reset where an answer
 * has begun. Node itself has no such limit for a stream.
 *
 * Requests without a body cost nothing; one timer looks at all others.
 */
export class Http2Uploads {
  readonly #limitMs: number;
  readonly #uploads = new Map<ServerHttp2Stream, Upload>();
  #timer: NodeJS.Timeout | undefined;

  /** @param limitMs From the head of a request to the last byte of its body; 0: for ever. */
  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  watch(stream: ServerHttp2Stream, request: IncomingMessage, response: ServerResponse): void {
    if (this.#limitMs === 0 || stream.endAfterHeaders) return;
    this.#uploads.set(stream, { request, response, since: Date.now(), isOver: false });
    stream.once('close', () => this.#uploads.delete(stream));
    this.#timer ??= setInterval(
      () => this.#look(),
      Math.min(LONGEST_TICK_MS, Math.max(SHORTEST_TICK_MS, this.#limitMs / 4)),
    ).unref();
  }

  #look(): void {
    const now = Date.now();
    for (const [stream, upload] of this.#uploads) {
      if (upload.isOver) stream.close(stream.writableFinished ? NO_ERROR : CANCEL);
      else if (upload.request.complete) this.#uploads.delete(stream);
      else if (now - upload.since >= this.#limitMs) this.#giveUp(upload);
    }
    if (this.#uploads.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #giveUp(upload: Upload): void {
    upload.isOver = true;
    abandon(
      upload.request,
      upload.response,
      408,
      new ViaductError(
        'VIADUCT_E_REQUEST_TIMEOUT',
        `the request was not whole within ${this.#limitMs} ms (requestTimeoutMs): 408 was answered.`,
      ),
    );
  }
}
